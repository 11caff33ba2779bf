/** `mooring clients create <app> <name>`: a new OAuth client; its secret is shown this once. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { collect } from '../../option.ts';
import { printNote, printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

const help = `
With --redirect-uri the client may use the authorization code grant with PKCE as well.

Example:
  mooring clients create weather desktop --redirect-uri http://localhost:7777/callback`;

export function addClientsCreate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('create')
    .description('make an OAuth client that may call an application')
    .argument('<app>', 'name or id of the application')
    .argument('<name>', 'what the client is called in lists')
    .option('--redirect-uri <uri>', 'where a browser may be sent back to; repeatable', collect)
    .addHelpText('after', help)
    .action(async (named, name, { redirectUri: redirectUris }) => {
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      const client = await session.management.clients.create(id, { name, redirectUris }, session);
      printResult(cli, client, () => [
        `client_id      ${client.clientId}`,
        `client_secret  ${client.clientSecret}`,
        `token URL      ${client.tokenUrl}`,
        `scope          ${client.scope}`,
      ]);
      printNote(cli, 'The secret is not shown again.');
    });
}
