/** Registries (`/v1`): the credentials with which images are pulled. No answer holds a password. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { loggedInRegistry, loginToRegistryDetails, Problem, registry, registryHost } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { body, collection, empty, json, refusals } from './conventions/responses.ts';
import type { ControlPorts } from './ports.ts';

const root = '/v1/registries';
const hostPath = z.strictObject({ host: registryHost });

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listRegistries',
  summary: 'List the registries that this server has credentials for, without the passwords',
  ...requires('operator'),
  responses: { 200: json('All of them', collection(registry)), ...refusals },
});

const login = createRoute({
  method: 'put',
  path: `${root}/{host}`,
  operationId: 'loginToRegistry',
  summary: 'Keep credentials for a registry, which is asked whether it takes them',
  ...requires('admin'),
  request: { params: hostPath, ...body(loginToRegistryDetails) },
  responses: { 200: json('The registry, without the password', loggedInRegistry), ...refusals },
});

const logout = createRoute({
  method: 'delete',
  path: `${root}/{host}`,
  operationId: 'logoutFromRegistry',
  summary: 'Forget the credentials for a registry',
  ...requires('admin'),
  request: { params: hostPath },
  responses: { 204: empty('Done'), ...refusals },
});

export function registries({ store, vault, checkRegistry }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => c.json({ items: await store.registries.list() }, 200));

  app.openapi(login, async (c) => {
    const { host } = c.req.valid('param');
    const { username, password } = c.req.valid('json');
    const answer = await checkRegistry({ registry: host, username, password });
    if (answer.refused !== undefined) {
      throw new Problem(
        'InvalidParameter',
        `The registry ${host} does not take these credentials: ${answer.refused}. Nothing was kept.`,
      );
    }
    const kept = await store.registries.set({ host, username, sealed: vault.lock(password, host) });
    return c.json({ ...kept, verified: answer.verified }, 200);
  });

  app.openapi(logout, async (c) => {
    const { host } = c.req.valid('param');
    if (await store.registries.delete(host)) return c.body(null, 204);
    throw new Problem('NotAuthorizedOrNotFound', `There are no credentials for ${host}.`);
  });
  return app;
}
