/** `mooring clients`: the OAuth clients that may call an application. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addClientsCreate } from './create.ts';
import { addClientsDelete } from './delete.ts';
import { addClientsList } from './list.ts';

export function addClients(parent: CommandUnknownOpts, cli: Cli): void {
  const clients = parent
    .command('clients')
    .description('list, create and delete OAuth clients of an application');
  for (const add of [addClientsList, addClientsCreate, addClientsDelete]) add(clients, cli);
}
