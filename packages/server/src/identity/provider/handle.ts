/** Requests to the embedded domain: the sign-in pages are our own, everything else is oidc-provider's. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asProblem, Problem, type ProblemBody } from '@mooring/contract';
import type { Log } from '../../observe/log.ts';
import type { IdentityStore } from '../store-port.ts';
import type { Attempts } from './attempts.ts';
import type { BuiltProvider } from './build.ts';
import { codesOfLinks } from './device.ts';
import { interact } from './interaction.ts';
import { openClientMetadata } from './open-client.ts';

export interface Http {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface HandleOptions {
  readonly issuer: string;
  readonly store: IdentityStore;
  readonly attempts: Attempts;
  readonly deviceAttempts: Attempts;
  readonly registrations: Attempts;
  readonly provider: () => Promise<BuiltProvider>;
  readonly log: Log;
}

/** Answers a request; whatever goes wrong becomes an answer too. */
export async function handle(http: Http, options: HandleOptions): Promise<void> {
  try {
    await dispatch(http, options);
  } catch (error) {
    const problem = asProblem(error);
    const opcRequestId = http.response.getHeader('opc-request-id');
    if (problem.status >= 500) options.log.error({ err: error, opcRequestId }, 'the identity domain failed');
    refuse(http.response, problem);
  }
}

async function dispatch(http: Http, options: HandleOptions): Promise<void> {
  const { request, response } = http;
  const path = pathBelow(options.issuer, request.url ?? '');
  if (path === undefined) throw new Problem('NotAuthorizedOrNotFound', 'There is nothing at this path.');
  const built = await options.provider();
  const [, uid] = /^\/interaction\/([\w-]{1,100})$/.exec(path) ?? [];
  if (uid !== undefined) return interact(uid, http, { ...options, ...built });
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  limit(path, http, options);
  if (path === registration) {
    if (allowPages(request, response)) return;
    narrowRegistration(request);
  }
  const below = path.startsWith('/device?') ? linkOf(path, request) : path;
  // oidc-provider finds the path under which it is mounted by comparing the two.
  Object.assign(request, { originalUrl: new URL(options.issuer).pathname + below, url: below });
  await built.answer(request, response);
}

/** The path below that of the issuer. Its RFC 8414 document is looked for in front of that path as well. */
function pathBelow(issuer: string, url: string): string | undefined {
  const mount = new URL(issuer).pathname;
  for (const document of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])
    if (url === document + mount) return document;
  return url.startsWith(`${mount}/`) ? url.slice(mount.length) : undefined;
}

function refuse(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  const body: ProblemBody = { code: problem.code, message: problem.message };
  response.writeHead(problem.status, { ...problem.headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const registration = '/oauth2/v1/register';

/** A page in a browser may register its client; nothing there answers to a cookie. True: that was the whole question. */
function allowPages({ method }: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('access-control-allow-origin', '*');
  if (method !== 'OPTIONS') return false;
  response.setHeader('access-control-allow-headers', 'content-type');
  response.writeHead(204).end();
  return true;
}

/** Guessing codes, and filling the store with clients, is slowed down for everybody together. */
function limit(path: string, { request, response }: Http, options: HandleOptions): void {
  if (request.method !== 'POST') return;
  const { deviceAttempts, registrations } = options;
  const attempts = path === '/device' ? deviceAttempts : path === registration ? registrations : undefined;
  const wait = attempts?.wait('') ?? 0;
  if (wait > 0) {
    response.setHeader('retry-after', wait);
    throw new Problem('TooManyRequests', `Too many attempts. Try again in ${wait} s.`);
  }
  if (attempts === registrations) registrations.begin(randomUUID());
}

/** Keeps the code of a link for the form, and takes it out of the URL. */
function linkOf(path: string, request: IncomingMessage): string {
  const code = new URLSearchParams(path.slice('/device?'.length)).get('user_code');
  if (code !== null) codesOfLinks.set(request, code.slice(0, 20));
  return '/device';
}

/** Of what a client says when it registers, oidc-provider reads only what counts here. */
function narrowRegistration(request: IncomingMessage): void {
  const read = request.iterator.bind(request);
  delete request.headers['content-length'];
  request.headers['transfer-encoding'] ??= 'chunked';
  request.iterator = (options) => narrowed(read(options));
}

/** Bytes of a registration, at most. */
const maxRegistration = 65_536;

async function* narrowed(stream: AsyncIterable<Buffer>): NodeJS.AsyncIterator<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxRegistration) throw new Error('the registration is too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  yield Buffer.from(JSON.stringify(openClientMetadata(JSON.parse(text))));
}
