/** `mooring audit`: who changed what through the management API. */
import { auditDays, type AuditEntry } from '@mooring/contract';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { integer } from '../option.ts';
import { differences } from '../output/differences.ts';
import { printNote, printResult } from '../output/print.ts';
import { openSession } from '../session.ts';
import { since } from '../since.ts';
import type { Cli } from '../terminal.ts';

const help = `
The newest entry comes last. Entries are kept for ${auditDays} days; --json shows all their fields.

Examples:
  mooring audit --since 2h
  mooring audit --resource ocid1.generativeaihostedapplication.mooring.local.abc --json`;

export function addAudit(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('audit')
    .description('show who changed what through the management API')
    .option('-n, --number <count>', 'show that many entries (default: 50)', integer(1, 100_000))
    .option('--since <time>', 'only entries of that time and later: ISO 8601, or 15m, 2h, 7d ago', (text) =>
      since(text),
    )
    .option('--resource <id>', 'only what was done to that resource')
    .option('--subject <who>', 'only what that user, or holder of a token, did')
    .addHelpText('after', help)
    .action(async ({ number: limit, since: from, resource: resourceId, subject }) => {
      using session = await openSession(cli);
      const filter = { limit, since: from, resourceId, subject };
      const entries = (await session.management.audit.list(filter, session)).toReversed();
      if (entries.length === 0) printNote(cli, 'There is no such entry.');
      printResult(cli, entries, () => entries.flatMap(linesOf));
    });
}

function linesOf(entry: AuditEntry): string[] {
  const { timestamp, subject, issuer, clientId, keyId, address, operation, resourceId } = entry;
  const means = keyId ? `key ${keyId.split('/').at(-1)}` : `client ${clientId ?? '-'}`;
  const who = `${subject}${issuer === undefined ? '' : ` of ${issuer}`} (${means}) from ${address}`;
  const outcome = entry.code === undefined ? entry.outcome : `${entry.outcome} ${entry.code}`;
  return [
    `${timestamp}  ${outcome}  ${operation}${resourceId === undefined ? '' : `  ${resourceId}`}`,
    `  by ${who}, request ${entry.opcRequestId}`,
    ...changesOf(entry),
  ];
}

/** One line for each part that changed: what it was, what it is. */
const changesOf = ({ before, after }: AuditEntry): string[] =>
  differences(before ?? {}, after ?? {}).map(({ place, was, is }) =>
    before === undefined ? `  ${place}: ${shown(is)}` : `  ${place}: ${shown(was)} -> ${shown(is)}`,
  );

const shown = (value: unknown): string => (value === undefined ? '-' : JSON.stringify(value));
