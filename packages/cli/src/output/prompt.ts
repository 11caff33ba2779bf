/** Asks whoever is at the terminal, and notices when nobody is there any more. */
import type { Readable, Writable } from 'node:stream';
import type { Cli } from '../terminal.ts';

/** What every prompt is given. */
export interface PromptOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/** The answer; undefined when the person leaves instead: Ctrl-C, Ctrl-D, a terminal that is gone. */
export async function prompt<Result>(
  cli: Pick<Cli, 'stdin' | 'stderr' | 'signal'>,
  ask: (options: PromptOptions) => Promise<Result>,
): Promise<Exclude<Result, symbol> | undefined> {
  const left = new AbortController();
  // By itself a prompt waits for ever when its input ends. It pauses it too when it is done: then it settles first.
  const leave = (): void => void setImmediate(() => left.abort());
  cli.stdin.on('pause', leave).on('end', leave);
  try {
    const signal = AbortSignal.any([cli.signal, left.signal]);
    const result = await ask({ input: cli.stdin, output: cli.stderr, signal });
    return isAnswer(result) ? result : undefined;
  } finally {
    cli.stdin.off('pause', leave).off('end', leave);
  }
}

/** A prompt that is left gives a symbol. */
const isAnswer = <Result>(result: Result): result is Exclude<Result, symbol> => typeof result !== 'symbol';
