/** `mooring connect <app> [path]`: a live connection; a line in is a message out, a message in is a line out. */
import { closeCodes } from '@mooring/contract';
import {
  connect,
  keepConnected,
  type Closing,
  type ConnectionState,
  type LastingConnection,
  type LiveConnection,
} from '@mooring/client';
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
import { openSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';

const help = `
A line of input is sent as one text message, a message that arrives is printed as one line (binary ones in base64).
After the end of input answers have --wait seconds, then the connection is closed. With --json every message is one
object: {"type":"text","data":…} or {"type":"binary","data":base64}.

A connection that ends comes back, unless the way it ended forbids it. What was sent is not sent again: a line whose
answer is missing after "Connected again." may have been acted on, or not. With --no-reconnect the first end is the end.

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
    .option('--no-reconnect', 'end with the first connection')
    .option('--plain', 'without TLS')
    .addHelpText('after', help)
    .action(async (named, path, { subprotocol: subprotocols, header, wait, reconnect, plain }) => {
      const headers = parseHeaders(header);
      using session = await openSession(cli);
      const { signal } = session;
      const { id } = await findApplication(session, named);
      const url = urlOf(session, id, { kind: 'ws', path, plain });
      const handshake = { ...(subprotocols && { subprotocols }), headers };
      const open = reconnect ? openLasting : openOnce;
      await using connection = await open({ cli, session, id }, url, handshake);
      const output = (message: string | Uint8Array): Promise<void> =>
        write(cli.stdout, `${lineOf(cli, message)}\n`, signal);
      const closing = await pump(connection, { input: cli.stdin, output, wait: wait * 1000, signal });
      if (!peaceful.has(closing.code)) throw ended(closing);
    });
}

interface Place {
  readonly cli: Cli;
  readonly session: Session;
  /** Of the application. */
  readonly id: string;
}

interface Handshake {
  readonly subprotocols?: readonly string[];
  readonly headers: Record<string, string>;
}

const isByHeader = ({ headers }: Handshake): boolean => headers['authorization'] !== undefined;

async function openOnce(
  { cli, session, id }: Place,
  url: string,
  handshake: Handshake,
): Promise<LiveConnection> {
  const { signal, profile } = session;
  const token = isByHeader(handshake) ? undefined : await tokenFor(session, id);
  const connection = await connect(url, {
    ...handshake,
    signal,
    ...(token !== undefined && { token }),
    ...(profile.ca !== undefined && { ca: profile.ca }),
  });
  greet(cli, connection.subprotocol);
  return connection;
}

async function openLasting(place: Place, url: string, handshake: Handshake): Promise<LastingConnection> {
  const { cli, session, id } = place;
  const { signal, profile, fetch } = session;
  let first = isByHeader(handshake) ? undefined : await tokenFor(session, id);
  const isOpenToAll = first === undefined;
  const token = async (): Promise<string> => {
    const next = first ?? (await tokenFor(session, id)) ?? '';
    first = undefined;
    return next;
  };
  return await keepConnected(url, {
    ...handshake,
    signal,
    fetch,
    onState: narrator(cli),
    ...(!isOpenToAll && { token }),
    ...(profile.ca !== undefined && { ca: profile.ca }),
  });
}

/** Tells of what happens to the connection: at the beginning only a person, later everybody. */
function narrator(cli: Cli): (state: ConnectionState) => void {
  let isAgain = false;
  return (state) => {
    if (state.kind === 'open' && isAgain) printNote(cli, 'Connected again.');
    else if (state.kind === 'open') greet(cli, state.subprotocol);
    else if (state.kind === 'reconnecting')
      printNote(cli, `No connection (${state.cause}). ${nextOf(state.delay)}`);
    isAgain ||= state.kind === 'open';
  };
}

const nextOf = (delay: number): string =>
  delay === Infinity ? 'The next line opens one.' : `Trying again in ${(delay / 1000).toFixed(1)} s.`;

function greet(cli: Cli, subprotocol: string): void {
  if (cli.stdin.isTTY) printNote(cli, `Connected${protocolNote(subprotocol)}. Ctrl-D ends it.`);
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
