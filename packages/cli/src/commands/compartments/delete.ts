/** `mooring compartments delete <compartment>`: only an empty one can go. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findCompartment } from '../../compartment.ts';
import { confirm } from '../../output/confirm.ts';
import { printNote, printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addCompartmentsDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete a compartment with nothing in it')
    .argument('<compartment>', 'name or id of the compartment')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mooring compartments delete team-a --yes')
    .action(async (named, { yes }) => {
      using session = await openSession(cli);
      const { id, name } = await findCompartment(session, named);
      await confirm(cli, { message: `Delete the compartment ${name} (${id})?`, yes });
      await session.management.compartments.delete(id, session);
      printNote(cli, `The compartment ${name} is deleted`);
      printResult(cli, { id, deleted: true }, () => []);
    });
}
