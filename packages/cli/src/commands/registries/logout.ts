/** `mooring registries logout <host>`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printNote, printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { hostOf } from './host.ts';

export function addRegistriesLogout(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('logout')
    .description('forget the credentials for a registry')
    .argument('[host]', 'host of the registry, with its port', 'docker.io')
    .addHelpText('after', '\nExample:\n  mooring registries logout registry.example.com')
    .action(async (given) => {
      const host = hostOf(given);
      using session = await openSession(cli);
      await session.management.registries.logout(host, session);
      printNote(cli, `Logged out of ${host}`);
      printResult(cli, { host, loggedOut: true }, () => []);
    });
}
