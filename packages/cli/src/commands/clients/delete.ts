/** `mooring clients delete <app> <client>`: its tokens can no longer be renewed. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { confirm } from '../../output/confirm.ts';
import { printNote, printResult } from '../../output/print.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addClientsDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete an OAuth client of an application')
    .argument('<app>', 'name or id of the application')
    .argument('<client>', 'id of the client, see clients list')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mooring clients delete weather 7f3a --yes')
    .action(async (named, clientId, { yes }) => {
      using session = await openSession(cli);
      const { id, displayName } = await findApplication(session, named);
      const clients = await session.management.clients.list(id, session);
      const client = clients.find((one) => one.clientId === clientId);
      if (!client)
        throw new Refusal(`${displayName} has no client "${clientId}".`, {
          exit: 'notFound',
          hint: `See: mooring clients list ${displayName}`,
        });
      await confirm(cli, {
        message: `Delete the client ${client.name} (${clientId}) of ${displayName}?`,
        yes,
      });
      await session.management.clients.delete(id, clientId, session);
      printNote(cli, `The client ${client.name} is deleted`);
      printResult(cli, { clientId, deleted: true }, () => []);
    });
}
