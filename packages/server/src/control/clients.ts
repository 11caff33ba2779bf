/** OAuth clients of an application in the embedded identity domain (`/v1`). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createdOAuthClient, createOAuthClientDetails, oauthClient, Problem } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { lastingApplication, liveApplication } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { requireOwnDomain } from './protection.ts';
import { body, collection, empty, idPath, json, refusals } from './conventions/responses.ts';

const root = '/v1/applications/{id}/clients';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listOAuthClients',
  summary: 'List the OAuth clients that may call an application',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('All of them', collection(oauthClient)), ...refusals },
});

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createOAuthClient',
  summary: 'Create an OAuth client; its secret is shown this once',
  ...requires('admin'),
  request: { params: idPath, ...body(createOAuthClientDetails) },
  responses: { 201: json('The client with its secret', createdOAuthClient), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{clientId}`,
  operationId: 'deleteOAuthClient',
  summary: 'Delete an OAuth client',
  ...requires('admin'),
  request: { params: idPath.extend({ clientId: z.string() }) },
  responses: { 204: empty('Done'), ...refusals },
});

export function clients({ store, identity }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => {
    const { id } = await liveApplication(store, c.req.valid('param').id);
    return c.json({ items: await identity.listClients({ applicationId: id }) }, 200);
  });

  app.openapi(createOne, async (c) => {
    const application = await lastingApplication(store, c.req.valid('param').id);
    requireOwnDomain(application);
    const created = await identity.createClient({ ...c.req.valid('json'), applicationId: application.id });
    return c.json(created, 201, { 'cache-control': 'no-store' });
  });

  app.openapi(deleteOne, async (c) => {
    const { id, clientId } = c.req.valid('param');
    await liveApplication(store, id);
    const known = await identity.listClients({ applicationId: id });
    // The client must be this application's: an id alone could name the client of another, or of management.
    if (!known.some((client) => client.clientId === clientId) || !(await identity.deleteClient(clientId)))
      throw new Problem(
        'NotAuthorizedOrNotFound',
        `There is no OAuth client ${clientId} of this application.`,
      );
    return c.body(null, 204);
  });

  return app;
}
