/** `mooring token <app>`: an access token for calling an application, and nothing else. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { requireTokens } from '../access.ts';
import { findApplication } from '../application.ts';
import { printResult } from '../output/print.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function addToken(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('token')
    .description('print an access token for calling an application')
    .argument('<app>', 'name or id of the application')
    .addHelpText('after', '\nExample:\n  curl -H "Authorization: Bearer $(mooring token weather)" …')
    .action(async (named) => {
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      requireTokens(id);
      const token = await session.management.tokens.issue(id, session);
      printResult(cli, token, () => token.accessToken);
    });
}
