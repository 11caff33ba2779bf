/** API keys (`/v1`): public keys whose private halves sign requests, each with its role. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { apiKey, createApiKeyDetails, Problem, type ApiKey } from '@mooring/contract';
import { fingerprintOf } from '../identity/verify/fingerprint.ts';
import { readPublicKey } from '../identity/verify/request-signature.ts';
import type { Store } from '../store/store.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import type { ControlPorts } from './ports.ts';
import { body, collection, empty, idPath, json, refusals } from './conventions/responses.ts';

const root = '/v1/apiKeys';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listApiKeys',
  summary: 'List the API keys, oldest first',
  ...requires('admin'),
  responses: { 200: json('All of them', collection(apiKey)), ...refusals },
});

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createApiKey',
  summary: 'Register the public half of a key; its keyId is what signatures name',
  ...requires('admin'),
  request: body(createApiKeyDetails),
  responses: { 201: json('The key', apiKey), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  operationId: 'deleteApiKey',
  summary: 'Delete an API key; its signatures are refused from now on',
  ...requires('admin'),
  request: { params: idPath },
  responses: { 204: empty('Done'), ...refusals },
});

export function apiKeys({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => c.json({ items: await store.apiKeys.list() }, 200));

  app.openapi(createOne, async (c) => {
    const { publicKey: pem, tenancy, ...details } = c.req.valid('json');
    const key = readPublicKey(pem);
    const root = tenancy ?? (await store.compartments.root()).id;
    return c.json(await register(store, { ...details, tenancy: root }, key), 201);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await store.apiKeys.delete(id)))
      throw new Problem('NotAuthorizedOrNotFound', `There is no API key ${id}, or you may not see it.`);
    return c.body(null, 204);
  });

  return app;
}

type Registration = Pick<ApiKey, 'name' | 'role' | 'tenancy'> & { readonly user?: string | undefined };

async function register(
  store: Pick<Store, 'apiKeys'>,
  details: Registration,
  key: ReturnType<typeof readPublicKey>,
): Promise<ApiKey> {
  const fingerprint = fingerprintOf(key);
  const publicKey = String(key.export({ type: 'spki', format: 'pem' }));
  const created = await store.apiKeys.create({ ...details, fingerprint, publicKey });
  if (created) return created;
  throw new Problem(
    'Conflict',
    `The key ${fingerprint} is registered for that user already. Delete it first to give it another role or name.`,
  );
}
