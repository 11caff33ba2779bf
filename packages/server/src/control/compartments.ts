/** Compartments (`/v1`): what the OCI service leaves to another service. All of them stand below the root. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { compartment, createCompartmentDetails, Problem, type Compartment } from '@mooring/contract';
import type { CompartmentRecord } from '../store/compartments.ts';
import type { Resources } from '../store/store.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { body, collection, empty, idPath, json, refusals } from './conventions/responses.ts';

const root = '/v1/compartments';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listCompartments',
  summary: 'List the compartments, the root first',
  ...requires('read-only'),
  responses: { 200: json('All of them', collection(compartment)), ...refusals },
});

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createCompartment',
  summary: 'Create a compartment',
  ...requires('admin'),
  request: body(createCompartmentDetails),
  responses: { 201: json('The compartment', compartment), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  operationId: 'deleteCompartment',
  summary: 'Delete a compartment with nothing in it',
  ...requires('admin'),
  request: { params: idPath },
  responses: { 204: empty('Done'), ...refusals },
});

export function compartments({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => {
    const items = await store.compartments.list();
    return c.json({ items: items.map(view) }, 200);
  });

  app.openapi(createOne, async (c) => {
    const { name } = c.req.valid('json');
    const created = await store.compartments.create(name);
    if (created) return c.json(view(created), 201);
    throw new Problem('Conflict', `There is a compartment ${name} already. Choose another name.`);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    await store.transaction(async (tx) => {
      await requireEmpty(tx, id);
      await tx.compartments.delete(id);
    });
    return c.body(null, 204);
  });

  return app;
}

/** Throws NotAuthorizedOrNotFound, or Conflict for the root and for one that holds something. */
async function requireEmpty(tx: Resources, id: string): Promise<void> {
  const found = await tx.compartments.get(id);
  if (!found)
    throw new Problem('NotAuthorizedOrNotFound', `There is no compartment ${id}, or you may not see it.`);
  if (found.parentId === undefined)
    throw new Problem('Conflict', `The compartment ${found.name} is the root: it cannot be deleted.`);
  const contents = await tx.compartments.contents(id);
  if (contents === 0) return;
  throw new Problem(
    'Conflict',
    `The compartment ${found.name} holds ${contents} ${contents === 1 ? 'resource' : 'resources'}. Move them to another compartment, or delete them.`,
  );
}

const view = ({ id, name, timeCreated }: CompartmentRecord): Compartment => ({ id, name, timeCreated });
