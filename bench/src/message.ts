/** What the bench's processes say to each other over their IPC channel. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench: it has said on which port it listens. */
export interface Subject extends AsyncDisposable {
  readonly port: number;
  /** CPU time of the process so far, in microseconds. */
  cpu(): Promise<number>;
}

/** Starts a program of this folder. Its first message is its port; it answers every later one with its CPU time. */
export async function start(program: string, argument: unknown): Promise<Subject> {
  const child = fork(new URL(program, import.meta.url), [JSON.stringify(argument)], {
    execArgv: ['-C', 'mooring'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await reply(child, program);
  return {
    port,
    cpu: async () => {
      child.send('cpu');
      return await reply(child, program);
    },
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function reply(child: ChildProcess, program: string): Promise<number> {
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(() => {
    throw new Error(`${program} ended before it answered`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    return Number(message);
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}

/** For the programs: tells the port, then answers questions about CPU time until the bench ends. */
export function serve(port: number): void {
  process.send?.(port);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit());
}

/** What the bench told this program, as JSON. */
export function argument(): string {
  return process.argv[2] ?? 'null';
}
