/** Asks before something is lost: at a terminal a person answers, elsewhere `--yes` must have been said. */
import { Refusal } from '../refusal.ts';
import type { Cli } from '../terminal.ts';
import { prompt } from './prompt.ts';

export interface Question {
  /** What is going to happen, as a question. */
  readonly message: string;
  /** `--yes` was given. */
  readonly yes: boolean | undefined;
}

/** Returns when it may happen; throws a Refusal when not. */
export async function confirm(cli: Cli, question: Question): Promise<void> {
  if (question.yes) return;
  if (!cli.stdin.isTTY || !cli.stderr.isTTY)
    throw new Refusal('Nothing was done: this needs a confirmation, and there is no terminal to ask at.', {
      exit: 'usage',
      hint: 'Add --yes to do it without being asked.',
    });
  const clack = await import('@clack/prompts');
  const { message } = question;
  const answer = await prompt(cli, (options) => clack.confirm({ message, initialValue: false, ...options }));
  if (answer !== true) throw new Refusal('Nothing was done.', { exit: 'interrupted' });
}
