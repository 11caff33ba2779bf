/** Requests to the embedded domain: the sign-in pages are our own, everything else is oidc-provider's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asProblem, Problem, type ProblemBody } from '@mooring/contract';
import type { Log } from '../../observe/log.ts';
import type { IdentityStore } from '../store-port.ts';
import type { Attempts } from './attempts.ts';
import type { BuiltProvider } from './build.ts';
import { interact } from './interaction.ts';

export interface Http {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface HandleOptions {
  readonly issuer: string;
  readonly store: IdentityStore;
  readonly attempts: Attempts;
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
  // oidc-provider finds the path under which it is mounted by comparing the two.
  Object.assign(request, { originalUrl: new URL(options.issuer).pathname + path, url: path });
  await built.answer(request, response);
}

/** The path below that of the issuer. Its RFC 8414 document is looked for in front of that path as well. */
function pathBelow(issuer: string, url: string): string | undefined {
  const mount = new URL(issuer).pathname;
  if (url === `/.well-known/oauth-authorization-server${mount}`)
    return '/.well-known/oauth-authorization-server';
  return url.startsWith(`${mount}/`) ? url.slice(mount.length) : undefined;
}

function refuse(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  const body: ProblemBody = { code: problem.code, message: problem.message };
  response.writeHead(problem.status, { ...problem.headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
