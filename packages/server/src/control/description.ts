/** `GET /openapi.json`: both families of this API described by their own routes (OpenAPI 3.1). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { once } from '../kit/once.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { json, refusals } from './conventions/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'describeApi',
  summary: 'Describe this API',
  ...requires('read-only'),
  responses: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })), ...refusals },
});

type Document = ReturnType<OpenAPIHono<ControlEnv>['getOpenAPI31Document']>;

export function description(
  api: OpenAPIHono<ControlEnv>,
  { version }: Pick<ControlPorts, 'version'>,
): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  const document = once(async () => describe(api, version));
  app.openapi(route, async (c) => c.json(await document(), 200));
  return app;
}

function describe(api: OpenAPIHono<ControlEnv>, version: string): Document {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Mooring management API',
      version,
      description:
        '/20231130 is as OCI Generative AI has it, /v1 is what that lacks. x-mooring-role is the weakest role that may.',
    },
  });
  for (const item of Object.values(document.paths ?? {})) addRequestId(item);
  const signature = {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'An OCI request signature by a registered API key',
  } as const;
  const securitySchemes = { bearer: { type: 'http', scheme: 'bearer' }, signature } as const;
  return { ...document, components: { ...document.components, securitySchemes } };
}

const requestId = {
  'opc-request-id': {
    description: 'The one of the request, when it was well formed, else a new one',
    schema: { type: 'string' },
  },
} as const;

/** Every answer of every operation carries it. */
function addRequestId(item: NonNullable<Document['paths']>[string]): void {
  for (const operation of [item.get, item.post, item.put, item.delete])
    for (const response of Object.values(operation?.responses ?? {}))
      if ('description' in response) response.headers = { ...response.headers, ...requestId };
}
