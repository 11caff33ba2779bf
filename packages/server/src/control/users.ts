/** Users of the embedded identity domain, who sign in with a password (`/v1`). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createdUser, createUserDetails, Problem, user } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { body, collection, empty, json, refusals } from './conventions/responses.ts';
import type { ControlPorts } from './ports.ts';

const root = '/v1/users';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listUsers',
  summary: 'List the users of the embedded identity domain by name',
  ...requires('admin'),
  responses: { 200: json('All of them', collection(user)), ...refusals },
});

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createUser',
  summary: 'Create a user; a password that was made is shown this once',
  ...requires('admin'),
  request: body(createUserDetails),
  responses: { 201: json('The user', createdUser), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{name}`,
  operationId: 'deleteUser',
  summary: "Delete a user; the user's tokens are refused from now on",
  ...requires('admin'),
  request: { params: z.object({ name: z.string() }) },
  responses: { 204: empty('Done'), ...refusals },
});

export function users({ identity }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => c.json({ items: await identity.listUsers() }, 200));

  app.openapi(createOne, async (c) => {
    const created = await identity.createUser(c.req.valid('json'));
    return c.json(created, 201, { 'cache-control': 'no-store' });
  });

  app.openapi(deleteOne, async (c) => {
    const { name } = c.req.valid('param');
    if (!(await identity.deleteUser(name)))
      throw new Problem('NotAuthorizedOrNotFound', `There is no user "${name}".`);
    return c.body(null, 204);
  });

  return app;
}
