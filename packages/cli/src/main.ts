/** The process `mooring`: connects the command line to this terminal, its signals and its exit code. */
import { constants } from 'node:os';
import { run } from './run.ts';

/** A repeated signal within this many milliseconds is the same key press: it arrives once through npm, too. */
const sameKeyPress = 500;
/** Milliseconds that the process may take to end by itself after its command is done. */
const lastResort = 2_000;

const interrupted = new AbortController();
const outputGone = new AbortController();
let firstSignal: number | undefined;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    const now = performance.now();
    firstSignal ??= now;
    if (now - firstSignal > sameKeyPress) process.exit(128 + constants.signals[name]);
    interrupted.abort();
  });

process.stdout.on('error', (error) => outputGone.abort(error));
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  elapsed: () => performance.now(),
  interrupted: interrupted.signal,
  outputGone: outputGone.signal,
});
process.stdin.destroy();
setTimeout(() => process.exit(), lastResort).unref();
