/** `mooring compartments create <name>`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

const help = `
Examples:
  mooring compartments create team-a
  mooring apps update weather --compartment team-a`;

export function addCompartmentsCreate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('create')
    .description('make a compartment')
    .argument('<name>', 'letters, digits, ".", "_" and "-"')
    .addHelpText('after', help)
    .action(async (name) => {
      using session = await openSession(cli);
      const compartment = await session.management.compartments.create({ name }, session);
      printResult(cli, compartment, () => compartment.id);
    });
}
