/** `mooring compartments list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addCompartmentsList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the compartments, the root first')
    .addHelpText('after', '\nExample:\n  mooring compartments list')
    .action(async () => {
      using session = await openSession(cli);
      const compartments = await session.management.compartments.list(session);
      const rows = compartments.map(({ name, timeCreated, id }) => [name, timeCreated, id]);
      printResult(cli, compartments, () => table(['NAME', 'CREATED', 'ID'], rows));
    });
}
