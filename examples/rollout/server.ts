/** A version of an application. Arguments: its name, and `broken` (never ready) or `faulty` (ready, but of no use). */
import { createServer } from 'node:http';

const [version = '1', kind = 'good'] = process.argv.slice(2);
const probes = new Set(['/ready', '/health']);

createServer((request, response) => {
  const isProbe = probes.has(request.url ?? '');
  const fails = isProbe ? kind === 'broken' : kind === 'faulty';
  response.writeHead(fails ? 500 : 200, { 'content-type': 'text/plain' });
  response.end(`version ${version}\n`);
}).listen(Number(process.env.PORT), process.env.HOST);

process.on('SIGTERM', () => process.exit(0));
