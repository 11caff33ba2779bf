/** `mooring apps list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { isIamApplication } from '@mooring/contract';
import { allApplications, livingApplications } from '../../application.ts';
import { findCompartment } from '../../compartment.ts';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addAppsList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the applications of both kinds')
    .option('--all', 'with deleted ones')
    .option('--compartment <compartment>', 'of one compartment only, by its name or id')
    .addHelpText('after', '\nExample:\n  mooring apps list --json')
    .action(async ({ all, compartment }) => {
      using session = await openSession(cli);
      const { id: compartmentId } = compartment ? await findCompartment(session, compartment) : {};
      const list = all ? allApplications : livingApplications;
      const found = await list(session, { compartmentId });
      const rows = found.map(({ displayName, lifecycleState, timeCreated, id }) => [
        displayName,
        lifecycleState,
        isIamApplication(id) ? 'signature' : 'token or none',
        timeCreated,
        id,
      ]);
      printResult(cli, found, () =>
        rows.length > 0
          ? table(['NAME', 'STATE', 'CALLERS', 'CREATED', 'ID'], rows)
          : 'No applications yet. Make one with: npx mooring deploy NAME --command "node server.ts"',
      );
    });
}
