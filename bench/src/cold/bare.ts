/** The bare act: the same command, started by hand, and asked until it answers. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Milliseconds from the start to the whole first answer. */
export async function bareSpawn(command: readonly string[]): Promise<number> {
  const port = await freePort();
  const [program = '', ...rest] = command;
  const before = performance.now();
  const child = spawn(program, rest, {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  try {
    await answered(port);
    return performance.now() - before;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** The same with `docker run` and an image. */
export async function bareRun(image: string): Promise<number> {
  const port = await freePort();
  const run = promisify(execFile);
  const before = performance.now();
  const { stdout } = await run('docker', ['run', '-d', '--rm', '-p', `127.0.0.1:${port}:8080`, image]);
  try {
    await answered(port);
    return performance.now() - before;
  } finally {
    await run('docker', ['kill', stdout.trim()]);
  }
}

/** Milliseconds between two tries. */
const between = 1;

/** A time-out of the whole: a command that never answers is a mistake of the bench. */
async function answered(port: number): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => undefined);
    if (answer?.ok) return void (await answer.text());
    await pause(between, undefined, { signal });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  return address.port;
}
