/** `mooring connect <app> [path]`: a live connection; a line in is a message out, a message in is a line out. */
import { closeCodes } from '@mooring/contract';
import { connect, type Closing } from '@mooring/client';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { tokenFor, urlOf } from '../access.ts';
import { findApplication } from '../application.ts';
import type { Exit } from '../exit.ts';
import { parseHeaders } from '../live/headers.ts';
import { pump } from '../live/pump.ts';
import { collect, seconds } from '../option.ts';
import { printNote, write } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { Refusal } from '../refusal.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

const help = `
A line of input is sent as one text message, a message that arrives is printed as one line (binary ones in base64).
After the end of input answers have --wait seconds, then the connection is closed. With --json every message is one
object: {"type":"text","data":…} or {"type":"binary","data":base64}.

Examples:
  mooring connect chat /ws
  echo '{"jsonrpc":"2.0","id":1,"method":"ping"}' | mooring connect weather /ws --subprotocol mcp`;

export function addConnect(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('connect')
    .description('open a live connection to an application')
    .argument('<app>', 'name or id of the application')
    .argument('[path]', "the application's own path and query")
    .option('--subprotocol <name>', 'subprotocol to offer; repeatable', collect)
    .option(
      '-H, --header <header>',
      'further header of the handshake, "Name: value"; repeatable',
      collect,
      [],
    )
    .option('--wait <seconds>', 'time for answers after the end of input', seconds(86_400), 2)
    .option('--plain', 'without TLS')
    .addHelpText('after', help)
    .action(async (named, path, { subprotocol: subprotocols, header, wait, plain }) => {
      const headers = parseHeaders(header);
      using session = await openSession(cli);
      const { signal, profile } = session;
      const { id } = await findApplication(session, named);
      const url = urlOf(session, id, { kind: 'ws', path, plain });
      const token = headers['authorization'] === undefined ? await tokenFor(session, id) : undefined;
      const options = { subprotocols, headers, signal, ...(token !== undefined && { token }) };
      await using connection = await connect(url, {
        ...options,
        ...(profile.ca !== undefined && { ca: profile.ca }),
      });
      if (cli.stdin.isTTY)
        printNote(cli, `Connected${protocolNote(connection.subprotocol)}. Ctrl-D ends it.`);
      const output = (message: string | Uint8Array): Promise<void> =>
        write(cli.stdout, `${lineOf(cli, message)}\n`, signal);
      const closing = await pump(connection, { input: cli.stdin, output, wait: wait * 1000, signal });
      if (!peaceful.has(closing.code)) throw ended(closing);
    });
}

const protocolNote = (subprotocol: string): string =>
  subprotocol === '' ? '' : `, subprotocol ${subprotocol}`;

function lineOf(cli: Cli, message: string | Uint8Array): string {
  const isText = typeof message === 'string';
  const data = isText ? message : Buffer.from(message).toString('base64');
  if (cli.shared().json) return JSON.stringify({ type: isText ? 'text' : 'binary', data });
  return cli.stdout.isTTY ? printable(data) : data;
}

/** 1005: the peer closed and gave no code. */
const peaceful = new Set<number>([closeCodes.normal, 1005]);

const exitByCode: Readonly<Record<number, Exit>> = {
  [closeCodes.unauthorized]: 'notAllowed',
  [closeCodes.forbidden]: 'notAllowed',
  [closeCodes.timeout]: 'timedOut',
};

function ended({ code, reason }: Closing): Refusal {
  const exit = exitByCode[code] ?? 'failed';
  return new Refusal(`The connection ended with ${[code, reason].join(' ').trim()}.`, {
    exit,
    ...(code === closeCodes.serviceRestart && {
      hint: 'The application is being replaced or stopped. Connect again.',
    }),
  });
}
