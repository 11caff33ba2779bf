/** Progress of something that takes long: a spinner on a terminal, plain lines elsewhere; always on stderr. */
import type { Terminal } from '../terminal.ts';
import { printNote } from './print.ts';
import { printable } from './printable.ts';

/** Disposing of it without `done` means that it failed or was given up. */
export interface Progress extends Disposable {
  /** What is going on now. The same text twice is shown once. */
  step(text: string): void;
  /** It ended well. */
  done(text: string): void;
}

export async function startProgress(cli: Terminal, title: string): Promise<Progress> {
  return cli.stderr.isTTY ? spinning(cli, title) : plain(cli, title);
}

function plain(cli: Terminal, title: string): Progress {
  let last = '';
  const say = (text: string): void => {
    if (text !== last) printNote(cli, text);
    last = text;
  };
  say(title);
  return { step: say, done: say, [Symbol.dispose]: () => undefined };
}

async function spinning(cli: Terminal, title: string): Promise<Progress> {
  const { spinner } = await import('@clack/prompts');
  const wheel = spinner({ output: cli.stderr, indicator: 'timer' });
  let isOver = false;
  let last = printable(title);
  wheel.start(last);
  return {
    step(text) {
      last = printable(text);
      wheel.message(last);
    },
    done(text) {
      isOver = true;
      wheel.stop(printable(text));
    },
    [Symbol.dispose]() {
      if (!isOver) wheel.error(last);
    },
  };
}
