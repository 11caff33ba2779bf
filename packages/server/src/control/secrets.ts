/** Secrets (`/v1`): set and listed here, opened by the reconciler only. No answer holds a value. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createSecretDetails, ocid, Problem, secret, updateSecretDetails } from '@mooring/contract';
import type { SecretRecord } from '../store/secrets.ts';
import type { Resources } from '../store/store.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf, ifMatchHeader, requireMatch } from './conventions/etag.ts';
import { body, collection, empty, etagHeader, idPath, json, refusals } from './conventions/responses.ts';
import { requireCompartment } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { applicationsWith } from './secret-references.ts';

const root = '/v1/secrets';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listSecrets',
  summary: 'List the secrets by name, without their values',
  ...requires('operator'),
  request: {
    query: z.strictObject({
      compartmentId: ocid('compartment').optional(),
      name: z.string().optional().describe('Exact match'),
    }),
  },
  responses: { 200: json('All of them', collection(secret)), ...refusals },
});

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createSecret',
  summary: 'Create a secret; environment variables of type VAULT name it by its id',
  ...requires('admin'),
  request: body(createSecretDetails),
  responses: { 201: json('The secret, without its value', secret, etagHeader), ...refusals },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getSecret',
  summary: 'Get a secret, without its value',
  ...requires('operator'),
  request: { params: idPath },
  responses: { 200: json('The secret', secret, etagHeader), ...refusals },
});

const update = createRoute({
  method: 'put',
  path: `${root}/{id}`,
  operationId: 'updateSecret',
  summary: 'Set another value; replicas that start from now on have it',
  ...requires('admin'),
  request: { params: idPath, headers: ifMatchHeader, ...body(updateSecretDetails) },
  responses: { 200: json('The secret, without its value', secret, etagHeader), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  operationId: 'deleteSecret',
  summary: 'Delete a secret that no application starts with',
  ...requires('admin'),
  request: {
    params: idPath,
    headers: ifMatchHeader,
    query: z.strictObject({
      force: z
        .enum(['true', 'false'])
        .default('false')
        .describe('Delete it although applications start with it: their next start fails. Default false'),
    }),
  },
  responses: { 204: empty('Done'), ...refusals },
});

export function secrets(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  reading(app, ports);
  changing(app, ports);
  return app;
}

function reading(app: OpenAPIHono<ControlEnv>, { store }: ControlPorts): void {
  app.openapi(list, async (c) => c.json({ items: await store.secrets.list(c.req.valid('query')) }, 200));

  app.openapi(getOne, async (c) => {
    const found = await find(store, c.req.valid('param').id);
    c.header('etag', etagOf(found));
    return c.json(found, 200);
  });
}

function changing(app: OpenAPIHono<ControlEnv>, { store, vault }: ControlPorts): void {
  app.openapi(createOne, async (c) => {
    const { value, name, compartmentId: given } = c.req.valid('json');
    const compartmentId = given ?? (await store.compartments.root()).id;
    const created = await store.transaction(async (tx) => {
      await requireCompartment(tx, compartmentId);
      const seal = await vault.sealer(tx.secrets);
      const made = await tx.secrets.create({ name, compartmentId, seal: (id) => seal(value, id) });
      return made ?? refuseTaken(name);
    });
    c.header('etag', etagOf(created));
    return c.json(created, 201);
  });

  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const { value } = c.req.valid('json');
    const changed = await store.transaction(async (tx) => {
      requireMatch(c.req.valid('header')['if-match'], await find(tx, id));
      const seal = await vault.sealer(tx.secrets);
      return (await tx.secrets.replace({ id, sealed: seal(value, id) })) ?? refuseAbsent(id);
    });
    c.header('etag', etagOf(changed));
    return c.json(changed, 200);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    await store.transaction(async (tx) => {
      const found = await find(tx, id);
      requireMatch(c.req.valid('header')['if-match'], found);
      if (c.req.valid('query').force === 'false') await refuseUsed(tx, found);
      await tx.secrets.delete(id);
    });
    return c.body(null, 204);
  });
}

async function find(tx: Resources, id: string): Promise<SecretRecord> {
  return (await tx.secrets.get(id)) ?? refuseAbsent(id);
}

function refuseAbsent(id: string): never {
  throw new Problem('NotAuthorizedOrNotFound', `There is no secret ${id}, or you may not see it.`);
}

function refuseTaken(name: string): never {
  throw new Problem(
    'Conflict',
    `The compartment has a secret ${name} already. Set another value with PUT /v1/secrets/{id}.`,
  );
}

async function refuseUsed(tx: Resources, { id, name }: SecretRecord): Promise<void> {
  const users = await applicationsWith(tx, id);
  if (users.length === 0) return;
  const named = users.slice(0, 5).map((user) => `${user.displayName} (${user.id})`);
  const more = users.length > named.length ? ` and ${users.length - named.length} more` : '';
  throw new Problem(
    'Conflict',
    `The secret ${name} is in the environment of ${named.join(', ')}${more}. Take it out there first, or delete it ` +
      'with force=true: their next start fails then.',
  );
}
