/** Runs one command line to its exit code. Errors end here, as text on stderr. */
import { CommanderError } from '@commander-js/extra-typings';
import { exitOf, exits } from './exit.ts';
import { explain } from './explain.ts';
import { printError } from './output/print.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** @param args What stands after the program's name. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return exits.ok.code;
  } catch (error) {
    if (terminal.outputGone.aborted) return exits.ok.code;
    if (terminal.interrupted.aborted) return exits.interrupted.code;
    // Commander has said it already.
    if (!(error instanceof CommanderError)) printError(terminal, explain(error));
    return exits[exitOf(error)].code;
  }
}
