/** `mooring registries list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addRegistriesList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the registries that the server has credentials for, without the passwords')
    .addHelpText('after', '\nExample:\n  mooring registries list')
    .action(async () => {
      using session = await openSession(cli);
      const registries = await session.management.registries.list(session);
      const rows = registries.map(({ host, username, timeUpdated }) => [host, username, timeUpdated]);
      printResult(cli, registries, () => table(['REGISTRY', 'USER', 'LOGGED IN'], rows));
    });
}
