/** `mooring users delete <name>`: the user's tokens are refused from then on, and the connections made with them end. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { confirm } from '../../output/confirm.ts';
import { printNote, printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addUsersDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete a user, and everything that the user signed in to')
    .argument('<name>', 'name of the user')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mooring users delete mona --yes')
    .action(async (name, { yes }) => {
      using session = await openSession(cli);
      await confirm(cli, { message: `Delete the user ${name}?`, yes });
      await session.management.users.delete(name, session);
      printNote(cli, `The user ${name} is deleted`);
      printResult(cli, { name, deleted: true }, () => []);
    });
}
