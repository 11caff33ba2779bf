/** `mooring users list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addUsersList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the users')
    .addHelpText('after', '\nExample:\n  mooring users list')
    .action(async () => {
      using session = await openSession(cli);
      const users = await session.management.users.list(session);
      const rows = users.map(({ name, role = '-', timeCreated }) => [name, role, timeCreated]);
      printResult(cli, users, () => table(['NAME', 'ROLE', 'CREATED'], rows));
    });
}
