/** Everything that a command writes: results on stdout, the rest on stderr. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Cli, Terminal } from '../terminal.ts';
import { printable } from './printable.ts';

/** A line of the result. On a terminal, control characters in it are made visible. */
export function print(cli: Terminal, line = ''): void {
  cli.stdout.write(`${cli.stdout.isTTY ? printable(line) : line}\n`);
}

/** The result as JSON where that was asked for, else as text. */
export function printResult(cli: Cli, result: unknown, text: () => string | readonly string[]): void {
  if (cli.shared().json) {
    cli.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const lines = text();
  for (const line of typeof lines === 'string' ? [lines] : lines) print(cli, line);
}

/** A line for the person at the terminal. */
export function printNote(cli: Terminal, line: string): void {
  cli.stderr.write(`${cli.stderr.isTTY ? printable(line) : line}\n`);
}

export function printWarning(cli: Terminal, line: string): void {
  printNote(cli, `warning: ${line}`);
}

export function printError(cli: Terminal, text: string): void {
  const safe = cli.stderr.isTTY ? printable(text) : text;
  cli.stderr.write(`${paint(cli, 'stderr', 'red')('error:')} ${safe}\n`);
}

/** Gives a text a colour, on a terminal that wants it (NO_COLOR is respected). */
export function paint(
  cli: Terminal,
  stream: 'stdout' | 'stderr',
  colour: 'red' | 'dim' | 'bold' | 'cyan',
): (text: string) => string {
  if (!cli[stream].isTTY || cli.env['NO_COLOR']) return (text) => text;
  return (text) => styleText(colour, text, { validateStream: false });
}

/** Writes and waits until the reader has caught up. */
export async function write(
  stream: Writable,
  chunk: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (!stream.write(chunk)) await once(stream, 'drain', { signal });
}
