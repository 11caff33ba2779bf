/** `mooring clients list <app>`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addClientsList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the OAuth clients of an application')
    .argument('<app>', 'name or id of the application')
    .addHelpText('after', '\nExample:\n  mooring clients list weather')
    .action(async (named) => {
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      const clients = await session.management.clients.list(id, session);
      const rows = clients.map(({ clientId, name, grantTypes, timeCreated }) => [
        clientId,
        name,
        grantTypes.join(','),
        timeCreated,
      ]);
      printResult(cli, clients, () => table(['CLIENT', 'NAME', 'GRANTS', 'CREATED'], rows));
    });
}
