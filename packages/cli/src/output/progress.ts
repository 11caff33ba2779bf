/**
 * Progress of something that takes long: one line that turns on a terminal, plain lines elsewhere; always on stderr.
 * Our own, because the prompts library's spinner takes the keyboard and ends the process at Ctrl-C, which must drain.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from '../terminal.ts';
import { paint, printNote } from './print.ts';
import { printable } from './printable.ts';

/** Disposing of it without `done` means that it failed or was given up. */
export interface Progress extends Disposable {
  /** What is going on now. The same text twice is shown once. */
  step(text: string): void;
  /** It ended well. */
  done(text: string): void;
}

export function startProgress(cli: Terminal, title: string): Progress {
  // A terminal that does not know its width could not be redrawn.
  return cli.stderr.isTTY && cli.stderr.columns ? turning(cli, title) : plain(cli, title);
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

const frames = ['|', '/', '-', '\\'] as const;
/** Milliseconds of a frame. */
const pace = 100;
const eraseLine = '\r\u001b[2K';

function turning(cli: Terminal, title: string): Progress {
  const { stderr } = cli;
  const begun = cli.elapsed();
  let text = title;
  let frame = 0;
  const draw = (mark: string): void => {
    const seconds = Math.floor((cli.elapsed() - begun) / 1000);
    const line = `${printable(text).replaceAll('\n', ' ')}${seconds > 0 ? ` (${seconds} s)` : ''}`;
    const width = (stderr.columns ?? 80) - stripVTControlCharacters(mark).length - 2;
    stderr.write(`${eraseLine}${mark} ${line.slice(0, Math.max(width, 0))}`);
  };
  const turn = (): void => {
    frame += 1;
    draw(paint(cli, 'stderr', 'cyan')(frames[frame % frames.length] ?? ''));
  };
  let timer: NodeJS.Timeout | undefined = setInterval(turn, pace);
  const end = (): void => {
    if (timer !== undefined) stderr.write('\n');
    clearInterval(timer);
    timer = undefined;
  };
  turn();
  return {
    step(next) {
      text = next;
    },
    done(last) {
      text = last;
      draw('*');
      end();
    },
    [Symbol.dispose]: end,
  };
}
