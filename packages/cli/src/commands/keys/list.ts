/** `mooring keys list`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printResult } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addKeysList(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('list')
    .description('list the API keys')
    .addHelpText('after', '\nExample:\n  mooring keys list')
    .action(async () => {
      using session = await openSession(cli);
      const keys = await session.management.apiKeys.list(session);
      const rows = keys.map(({ name, role, fingerprint, user, timeCreated }) => [
        name,
        role,
        fingerprint,
        user,
        timeCreated,
      ]);
      printResult(cli, keys, () => table(['NAME', 'ROLE', 'FINGERPRINT', 'USER', 'CREATED'], rows));
    });
}
