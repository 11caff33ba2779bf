/** `GET /openapi.json`: this API described by its own routes (OpenAPI 3.1). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { once } from '../kit/once.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { json, refusals } from './conventions/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  summary: 'Describe this API',
  ...requires('read-only'),
  responses: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })), ...refusals },
});

export function description(
  api: OpenAPIHono<ControlEnv>,
  { version }: Pick<ControlPorts, 'version'>,
): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  const document = once(async () => describe(api, version));
  app.openapi(route, async (c) => c.json(await document(), 200));
  return app;
}

function describe(
  api: OpenAPIHono<ControlEnv>,
  version: string,
): ReturnType<typeof api.getOpenAPI31Document> {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Mooring management API', version },
  });
  const signature = {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'An OCI request signature by a registered API key',
  } as const;
  const securitySchemes = { bearer: { type: 'http', scheme: 'bearer' }, signature } as const;
  return { ...document, components: { ...document.components, securitySchemes } };
}
