/** `mooring compartments`: what applications and other resources are grouped in. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addCompartmentsCreate } from './create.ts';
import { addCompartmentsDelete } from './delete.ts';
import { addCompartmentsList } from './list.ts';

export function addCompartments(parent: CommandUnknownOpts, cli: Cli): void {
  const compartments = parent
    .command('compartments')
    .description('list, create and delete the compartments that resources are grouped in');
  for (const add of [addCompartmentsList, addCompartmentsCreate, addCompartmentsDelete])
    add(compartments, cli);
}
