/** `mooring users create <name>`: the password is made, or read from standard input; never on the command line. */
import { text } from 'node:stream/consumers';
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { roles } from '@mooring/contract';
import { printNote, printResult } from '../../output/print.ts';
import { prompt } from '../../output/prompt.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

const help = `
Every user may sign in at the applications that the embedded identity domain protects. With --role a user may manage
this server as well, with: mooring login. Without --ask a password is made, and printed this once.

Examples:
  mooring users create mona
  mooring users create olga --role operator
  pass show olga | mooring users create olga --ask`;

export function addUsersCreate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('create')
    .description('make a user')
    .argument('<name>', 'what the user signs in with')
    .addOption(new Option('--role <role>', 'what the user may do with the management API').choices(roles))
    .option('--ask', 'take the password from standard input; at a terminal it is asked for, and not shown')
    .addHelpText('after', help)
    .action(async (name, { role, ask }) => {
      const password = ask ? await readPassword(cli) : undefined;
      using session = await openSession(cli);
      const user = await session.management.users.create({ name, role, password }, session);
      printNote(
        cli,
        `The user ${name} is made${user.password === undefined ? '' : '; the password is shown this once'}`,
      );
      printResult(cli, user, () => user.password ?? []);
    });
}

async function readPassword(cli: Cli): Promise<string> {
  if (!cli.stdin.isTTY || !cli.stderr.isTTY) return (await text(cli.stdin)).replace(/\r?\n$/, '');
  const clack = await import('@clack/prompts');
  const answer = await prompt(cli, (options) =>
    clack.password({ message: 'Password, 12 characters or more', ...options }),
  );
  if (answer !== undefined) return answer;
  throw new Refusal('No user was made.', { exit: 'interrupted' });
}
