/**
 * What the management listener answers: health, the embedded identity domain, and the management API. Hosted
 * applications do not exist here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { asProblem, paths, Problem } from '@mooring/contract';
import { requestIdOf } from './gateway/accept.ts';
import type { Names } from './gateway/names.ts';
import { refuseRequest } from './gateway/refuse.ts';
import { parseTarget } from './gateway/target.ts';
import type { Random } from './kit/clock.ts';

export interface ManagementOptions {
  readonly names: Names;
  readonly random: Random;
  readonly isReady: () => boolean;
  readonly identity: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly api: (request: Request) => Response | Promise<Response>;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Builds the listener's handler. It never throws. */
export function createManagement(options: ManagementOptions): RequestHandler {
  const api = getRequestListener(options.api, { overrideGlobalObjects: false });
  return (request, response) => {
    const requestId = requestIdOf(request, options.random);
    try {
      const path = pathOf(request, options.names);
      if (path === '/health') return answer(request, response, { status: 200, body: { status: 'healthy' } });
      if (path === '/ready') return answer(request, response, readiness(options.isReady()));
      if (path === paths.identity || path.startsWith(`${paths.identity}/`))
        return void options.identity(request, response);
      void api(request, response);
    } catch (error) {
      refuseRequest(request, response, asProblem(error), requestId);
    }
  };
}

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
