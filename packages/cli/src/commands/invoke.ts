/** `mooring invoke <app> [path]`: one HTTP request to an application, with a token that it gets by itself. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Unreachable } from '@mooring/client';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { tokenFor, urlOf } from '../access.ts';
import { findApplication } from '../application.ts';
import { parseHeaders } from '../live/headers.ts';
import { printNote, write } from '../output/print.ts';
import { Refusal } from '../refusal.ts';
import { openSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { collect } from '../option.ts';

const example = `
The body goes to stdout as it comes. With --json stdout gets one object: status, headers, body.
An own Authorization header (-H) is sent as it is, instead of a token.

Examples:
  mooring invoke weather /health
  mooring invoke chat /chat -H 'content-type: application/json' -d '{"message":"hello"}'
  mooring invoke upload /files -X PUT -d @photo.jpg`;

export function addInvoke(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('invoke')
    .description('send an HTTP request to an application')
    .argument('<app>', 'name or id of the application')
    .argument('[path]', "the application's own path and query")
    .option('-X, --method <method>', 'HTTP method (default: GET, with a body POST)')
    .option('-d, --data <body>', 'request body; @file reads a file, @- stdin')
    .option('-H, --header <header>', 'further header, "Name: value"; repeatable', collect)
    .option('-i, --include', 'print status and headers of the answer on stderr')
    .option('--plain', 'without TLS')
    .addHelpText('after', example)
    .action(async (named, path, options) => {
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      const url = urlOf(session, id, { kind: 'http', path, plain: options.plain });
      const body = options.data === undefined ? undefined : await bodyOf(cli, options.data);
      const method = (options.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
      const headers = await withToken(session, id, parseHeaders(options.header));
      const answer = await send(session, { url, method, headers, body });
      if (options.include) printHead(cli, answer);
      await (cli.shared().json ? printAsJson(cli, answer) : printBody(cli, answer));
      if (answer.status >= 400)
        throw new Refusal(`The answer has status ${`${answer.status} ${answer.statusText}`.trim()}.`, {
          exit: 'application',
        });
    });
}

async function withToken(
  session: Session,
  id: string,
  headers: Record<string, string>,
): Promise<Record<string, string>> {
  if (headers['authorization'] !== undefined) return headers;
  const token = await tokenFor(session, id);
  return token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
}

interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Readable | undefined;
}

async function send(session: Session, outgoing: Outgoing): Promise<Response> {
  const { url, method, headers, body } = outgoing;
  const { fetch, signal } = session;
  try {
    return await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body }),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new Unreachable(url, error);
  }
}

async function bodyOf(cli: Cli, data: string): Promise<string | Readable> {
  if (data === '@-') return cli.stdin;
  if (!data.startsWith('@')) return data;
  const path = resolve(cli.cwd, data.slice(1));
  try {
    const file = await open(path);
    return createReadStream(path, { fd: file });
  } catch (error) {
    throw new Refusal(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      exit: 'usage',
      cause: error,
    });
  }
}

async function printBody(cli: Cli, answer: Response): Promise<void> {
  try {
    for await (const chunk of answer.body ?? []) await write(cli.stdout, chunk, cli.signal);
  } catch (error) {
    cli.signal.throwIfAborted();
    throw new Refusal('The answer broke off in the middle of its body.', { cause: error });
  }
}

async function printAsJson(cli: Cli, answer: Response): Promise<void> {
  const { status, headers } = answer;
  const result = { status, headers: Object.fromEntries(headers), body: await answer.text() };
  cli.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

function printHead(cli: Cli, answer: Response): void {
  printNote(cli, `${answer.status} ${answer.statusText}`);
  for (const [name, value] of answer.headers) printNote(cli, `${name}: ${value}`);
}
