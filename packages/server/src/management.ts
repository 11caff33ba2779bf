/**
 * What the management listener answers: health, the embedded identity domain, and the management API. Hosted
 * applications do not exist here.
 */
import { IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { asProblem, paths, Problem } from '@mooring/contract';
import type { Arrival, MetricsPort } from './control/ports.ts';
import { describePeer, requestIdOf } from './gateway/accept.ts';
import type { Names } from './gateway/names.ts';
import { refuseRequest } from './gateway/refuse.ts';
import { parseTarget } from './gateway/target.ts';
import { signedRequest } from './identity/verify/signed-request.ts';
import type { Random } from './kit/clock.ts';

export interface ManagementOptions {
  readonly names: Names;
  readonly random: Random;
  readonly isReady: () => boolean;
  /** Given: /metrics takes no credential. */
  readonly openMetrics: MetricsPort | undefined;
  readonly identity: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly api: (request: Request, arrival: Arrival) => Response | Promise<Response>;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Builds the listener's handler. It never throws. */
export function createManagement(options: ManagementOptions): RequestHandler {
  const { names } = options;
  const api = getRequestListener(
    (request, { incoming }) =>
      incoming instanceof IncomingMessage
        ? options.api(request, arrivalOf(incoming, names))
        : new Response(null, { status: 505 }),
    { overrideGlobalObjects: false },
  );
  return (request, response) => {
    const requestId = requestIdOf(request, options.random);
    try {
      const path = pathOf(request, options.names);
      if (!isApi(path)) response.setHeader('opc-request-id', requestId);
      if (path === '/health') return answer(request, response, { status: 200, body: { status: 'healthy' } });
      if (path === '/ready') return answer(request, response, readiness(options.isReady()));
      if (path === '/metrics' && options.openMetrics !== undefined && isReading(request))
        return void answerMetrics(request, response, options.openMetrics);
      if (isIdentity(path)) return void options.identity(request, response);
      void api(request, response);
    } catch (error) {
      refuseRequest(request, response, { problem: asProblem(error), requestId });
    }
  };
}

/** What came over the wire, for whoever verifies its signature or writes down where it came from. */
function arrivalOf(request: IncomingMessage, names: Names): Arrival {
  const { host, address } = describePeer(request, names);
  return { ...signedRequest(request, host), address };
}

/** RFC 8414 section 3.1 puts the well-known part of an issuer with a path before that path; MCP clients look for both so. */
const documents = new Set(
  ['oauth-authorization-server', 'openid-configuration'].map(
    (name) => `/.well-known/${name}${paths.identity}`,
  ),
);

function isIdentity(path: string): boolean {
  return documents.has(path) || path === paths.identity || path.startsWith(`${paths.identity}/`);
}

/** The API announces its requests itself. */
const isApi = (path: string): boolean => path !== '/health' && path !== '/ready' && !isIdentity(path);

/** Throws a Problem: MisdirectedRequest for a name we do not go by, InvalidParameter for a malformed target. */
function pathOf(request: IncomingMessage, names: Names): string {
  const host = request.headers.host ?? '';
  if (names.knows(host)) return parseTarget(request.url ?? '').path;
  throw new Problem(
    'MisdirectedRequest',
    `This server does not go by the name "${host.slice(0, 255)}". Its operator can add it with --manage-public-url.`,
  );
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function readiness(ready: boolean): Answer {
  return ready ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'starting' } };
}

function answer(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
}

async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: MetricsPort,
): Promise<void> {
  const text = await metrics.read();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
