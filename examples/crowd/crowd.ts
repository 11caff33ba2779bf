/**
 * A crowd: so many callers that ask again as soon as they are answered, for so many seconds.
 * `node crowd.ts URL [callers] [seconds]`; a token is taken from $MOORING_TOKEN.
 */
const [url, callers = '20', seconds = '20'] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: node crowd.ts URL [callers] [seconds]');
const token = process.env.MOORING_TOKEN;
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
const end = performance.now() + Number(seconds) * 1000;
let answers = 0;
let failures = 0;
let answeredBy = new Set<string>();

const report = setInterval(() => {
  console.log(`${answers} answers, ${failures} failures, by ${answeredBy.size} replicas`);
  answers = 0;
  answeredBy = new Set();
}, 1000);

async function call(address: string): Promise<void> {
  while (performance.now() < end) {
    const answer = await fetch(address, { headers }).catch(() => undefined);
    const text = await answer?.text();
    if (answer?.ok && text !== undefined) {
      answers += 1;
      answeredBy.add(text);
    } else failures += 1;
  }
}

await Promise.all(Array.from({ length: Number(callers) }, () => call(url)));
clearInterval(report);
process.exitCode = failures === 0 ? 0 : 1;
