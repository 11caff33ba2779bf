/** `mooring logs <app>`: what an application's replicas wrote. */
import type { LogLine } from '@mooring/contract';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../application.ts';
import { integer } from '../option.ts';
import { write } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function addLogs(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('logs')
    .description('print what the replicas of an application wrote')
    .argument('<app>', 'name or id of the application')
    .option('-f, --follow', 'go on with new lines until interrupted')
    .option('-n, --lines <count>', 'begin with this many of the last lines', integer(0, 1_000_000), 100)
    .addHelpText(
      'after',
      '\nWith --json every line is one JSON object.\n\nExample:\n  mooring logs weather -f -n 20',
    )
    .action(async (named, { follow = false, lines: tail }) => {
      using session = await openSession(cli);
      const { signal, management } = session;
      const { id } = await findApplication(session, named);
      const asText = cli.shared().json ? JSON.stringify : (line: LogLine) => lineOf(cli, line);
      for await (const line of management.logs(id, { tail, follow, signal }))
        await write(cli.stdout, `${asText(line)}\n`, signal);
    });
}

function lineOf(cli: Cli, { timestamp, replicaId, stream, text }: LogLine): string {
  const mark = stream === 'platform' ? '* ' : '';
  return `${timestamp} ${replicaId} ${mark}${cli.stdout.isTTY ? printable(text) : text}`;
}
