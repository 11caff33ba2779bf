/**
 * The management API: `/20231130` as the OCI service has it and `/v1` for what it lacks. Stages: request id,
 * authentication, role, limits and shape of the body, handler. Handlers write wishes to the store; the
 * reconciler fulfils them.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { Problem } from '@mooring/contract';
import { bodyLimit } from 'hono/body-limit';
import { apiKeys } from './api-keys.ts';
import { applicationsOfKind } from './applications.ts';
import { audit } from './audit.ts';
import { createTrail } from './audit/trail.ts';
import { authentication } from './conventions/authorise.ts';
import { clients } from './clients.ts';
import { compartments } from './compartments.ts';
import type { ControlEnv } from './conventions/context.ts';
import { deployments } from './deployments.ts';
import { description } from './description.ts';
import { lengthLess } from './length-less.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import type { Arrival, ControlPorts } from './ports.ts';
import { registries } from './registries.ts';
import { refuse } from './conventions/refuse.ts';
import { requestId } from './conventions/request-id.ts';
import { secrets } from './secrets.ts';
import { settings } from './settings.ts';
import { signedBody } from './conventions/signed-body.ts';
import { status } from './status.ts';
import { storages } from './storages.ts';
import { tokens } from './tokens.ts';
import { users } from './users.ts';
import { invalid } from './conventions/validation.ts';
import { workRequests } from './work-requests.ts';

/** Bytes of a request body, at most. */
const maxBody = 1024 * 1024;

export interface ManagementApi {
  /** Answers any request of the management listener. Never rejects. */
  readonly fetch: (request: Request, arrival: Arrival) => Response | Promise<Response>;
}

export function createManagementApi(ports: ControlPorts): ManagementApi {
  const api = buildApi(ports);
  return { fetch: (request, arrival) => api.fetch(request, { arrival }) };
}

/** The application behind `fetch`, with the registry of its routes. */
export function buildApi(given: ControlPorts): OpenAPIHono<ControlEnv> {
  const trail = createTrail(given.store);
  const ports = { ...given, store: trail.store };
  const api = new OpenAPIHono<ControlEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error, 'data' in result ? result.data : undefined);
    },
  });
  api.onError(refuse);
  api.notFound((c) => refuse(unknownPath(c.req.path), c));
  api.use(
    requestId(ports),
    authentication(ports.authenticate),
    lengthLess(),
    bodyLimit({ maxSize: maxBody, onError: tooLarge }),
    signedBody(),
    trail.middleware,
  );
  const parts = [
    (it: ControlPorts) => applicationsOfKind('application', it),
    (it: ControlPorts) => applicationsOfKind('applicationIam', it),
    storages,
    deployments,
    workRequests,
    settings,
    clients,
    tokens,
    logs,
    status,
    compartments,
    apiKeys,
    secrets,
    registries,
    users,
    audit,
    metrics,
  ];
  for (const part of parts) api.route('/', part(ports));
  api.route('/', description(api, ports));
  refuseOtherMethods(api);
  return api;
}

function tooLarge(): never {
  throw new Problem('PayloadTooLarge', `The body is larger than ${maxBody} bytes.`, {
    headers: { connection: 'close' },
  });
}

const unknownPath = (path: string): Problem =>
  new Problem('NotAuthorizedOrNotFound', `There is nothing at ${path}, or you may not see it.`);

/** A known path answers any other method with 405 and what it allows. */
function refuseOtherMethods(api: OpenAPIHono<ControlEnv>): void {
  const routes = api.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  );
  const byPath = Map.groupBy(routes, ({ path }) => path.replaceAll(/{(.+?)}/g, ':$1'));
  for (const [path, known] of byPath) {
    const allow = known.map(({ method }) => method.toUpperCase()).join(', ');
    api.all(path, () => {
      throw new Problem('MethodNotAllowed', `Use ${allow} here.`, { headers: { allow } });
    });
  }
}
