/** `mooring secrets list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addSecretsList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the secrets, without their values')
    .addHelpText('after', '\nExample:\n  mooring secrets list')
    .action(async () => {
      using session = await openSession(cli);
      const secrets = await session.management.secrets.list(session);
      const rows = secrets.map(({ name, version, timeUpdated, id }) => [name, `${version}`, timeUpdated, id]);
      printResult(cli, secrets, () => table(['NAME', 'VERSION', 'SET', 'ID'], rows));
    });
}
