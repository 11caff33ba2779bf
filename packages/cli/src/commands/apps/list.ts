/** `mooring apps list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { livingApplications } from '../../application.ts';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addAppsList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the applications')
    .option('--all', 'with deleted ones')
    .addHelpText('after', '\nExample:\n  mooring apps list --json')
    .action(async ({ all }) => {
      using session = await openSession(cli);
      const { management, profile, signal } = session;
      const { compartmentId } = profile;
      const found = all
        ? await management.applications.list({ compartmentId, signal })
        : await livingApplications(session);
      const rows = found.map(({ displayName, lifecycleState, timeCreated, id }) => [
        displayName,
        lifecycleState,
        timeCreated,
        id,
      ]);
      printResult(cli, found, () =>
        rows.length > 0
          ? table(['NAME', 'STATE', 'CREATED', 'ID'], rows)
          : 'No applications yet. Make one with: npx mooring deploy NAME --command "node server.ts"',
      );
    });
}
