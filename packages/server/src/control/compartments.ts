/** Compartments (`/v1`): what the OCI service leaves to another service. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { compartment } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { collection, json, refusals } from './conventions/responses.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/compartments',
  operationId: 'listCompartments',
  summary: 'List the compartments, the root first',
  ...requires('read-only'),
  responses: { 200: json('All of them', collection(compartment)), ...refusals },
});

export function compartments({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(list, async (c) => {
    const items = await store.compartments.list();
    return c.json({ items: items.map(({ id, name, timeCreated }) => ({ id, name, timeCreated })) }, 200);
  });
  return app;
}
