/** `GET /v1/openapi.json`: this API described by its own routes (OpenAPI 3.1). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { json, refusals } from './conventions/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/openapi.json',
  summary: 'Describe this API',
  ...requires('read-only'),
  responses: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })), ...refusals },
});

export function description(
  api: OpenAPIHono<ControlEnv>,
  { version }: Pick<ControlPorts, 'version'>,
): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(route, (c) => {
    const document = api.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Mooring management API', version },
    });
    const components = {
      ...document.components,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    };
    return c.json({ ...document, components }, 200);
  });
  return app;
}
