/** `mooring url <app> [path]`: the URL of an application, and nothing else. */
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { toldUrlOf } from '../access.ts';
import { findApplication } from '../application.ts';
import { printResult } from '../output/print.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function addUrl(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('url')
    .description('print the URL of an application')
    .argument('<app>', 'name or id of the application')
    .argument('[path]', "the application's own path and query")
    .addOption(new Option('--http', 'for HTTP (the default)').conflicts('ws'))
    .addOption(new Option('--ws', 'for WebSocket').conflicts('http'))
    .option('--plain', 'without TLS')
    .addHelpText('after', '\nExample:\n  mooring url weather /ws --ws')
    .action(async (named, path, { ws, plain }) => {
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      const url = toldUrlOf(session, id, { kind: ws ? 'ws' : 'http', plain, path });
      printResult(cli, { url }, () => url);
    });
}
