/** `GET /metrics`: what Prometheus scrapes. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { refusals } from './conventions/responses.ts';
import type { ControlPorts } from './ports.ts';

// Typed as any text: hono knows no parameters of a type.
const mediaType: string = 'text/plain; version=0.0.4; charset=utf-8';

const scrape = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'readMetrics',
  summary: "Read the figures of this server, in Prometheus' text format",
  ...requires('read-only'),
  responses: {
    200: { description: 'Figures', content: { [mediaType]: { schema: z.string() } } },
    ...refusals,
  },
});

export function metrics({ metrics }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(scrape, async (c) => {
    const text = await metrics.read();
    return c.body(text, 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  });
  return app;
}
