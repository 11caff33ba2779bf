/** The description of the API, held against a running server and against the client of this workspace. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { clientCredentials, ManagementClient, type FetchInit } from '@mooring/client';
import { readDescription, type Description } from '../described.ts';
import { ownAuth, startTestServer } from '../fixtures/server.ts';
import { servedDescription } from '../openapi/served.ts';
import { committedTypes, typesOf } from '../openapi/types.ts';
import { verifies } from '../verifies.ts';

const test = await startTestServer();
after(() => test[Symbol.asyncDispose]());
const { server } = test;
const { compartmentId } = server.profile;
const base = server.urls.managementPlain;
const token = clientCredentials({
  ...server.profile,
  tokenUrl: `${base}/identity/oauth2/v1/token`,
  fetch,
});

/** Operations that were seen to succeed. */
const seen = new Set<string>();
let served: string;
let description: Description;

/** Sends a request and holds the exchange against the description. */
async function exchange(url: string, init: FetchInit): Promise<Response> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const operationId = description.check({
    method: init.method,
    target: url.slice(base.length),
    requestHeaders: new Headers(init.headers),
    requestBody: init.body === undefined ? '' : String(init.body),
    status,
    headers,
    body: await response.clone().text(),
  });
  if (status < 400) seen.add(operationId);
  return response;
}

const client = new ManagementClient({ baseUrl: base, token, fetch: exchange });

async function call(method: string, path: string, body?: object): Promise<Response> {
  const signal = AbortSignal.timeout(10_000);
  return exchange(base + path, {
    method,
    headers: {
      authorization: `Bearer ${await token({ signal })}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal,
  });
}

before(async () => {
  served = await servedDescription(server);
  description = readDescription(JSON.parse(served));
});

const echo = (number: number) => ({
  artifactType: 'LOCAL_PROCESS_ARTIFACT' as const,
  command: ['node', '--conditions=mooring', 'echo-app.ts', `${number}`],
  workingDirectory: new URL('../fixtures', import.meta.url).pathname,
});

/** The names of all methods of the client, and of those that were called. */
function watched(client: ManagementClient): {
  methods: Set<string>;
  called: Set<string>;
  client: ManagementClient;
} {
  const methods = new Set<string>();
  const called = new Set<string>();
  const watch = <Kept extends object>(target: Kept, prefix: string): Kept => {
    for (const [name, value] of Object.entries(target))
      if (typeof value === 'function') methods.add(prefix + name);
      else watch(value, `${prefix}${name}.`);
    return new Proxy(target, {
      get(kept, name) {
        const value: unknown = Reflect.get(kept, name);
        if (typeof value === 'function') called.add(prefix + String(name));
        return typeof value === 'object' && value !== null
          ? watch(value, `${prefix}${String(name)}.`)
          : value;
      },
    });
  };
  return { methods, called, client: watch(client, '') };
}

describe('the description of the API', () => {
  it('is not for whoever has no credential', async () => {
    assert.equal((await fetch(`${base}/openapi.json`)).status, 401);
    assert.equal((await fetch(`${base}/v1/openapi.json`)).status, 401);
  });

  it(verifies('management:described', 'is what the types of the client are made from'), async () => {
    const isSame = (await committedTypes()) === (await typesOf(served));
    assert.ok(isSame, 'the API has changed: run npm run openapi, and commit packages/client/src/openapi.ts');
  });

  it(verifies('management:described', 'fits every call of the client, and every answer to it'), async () => {
    const { methods, called, client: management } = watched(client);
    await liveOf(management);
    assert.deepEqual([...methods.difference(called)], []);
  });

  it(verifies('management:described', 'fits the operations that the client has no method for'), async () => {
    await call('GET', `/20231130/workRequests?compartmentId=${compartmentId}&limit=2&sortOrder=ASC`);
    await call('GET', '/openapi.json');
    await call('GET', '/metrics');
    await call('GET', `/20231130/hostedApplicationStorages?compartmentId=${compartmentId}`);
  });

  it(verifies('management:described', 'fits refusals too'), async () => {
    const refusals = [
      await call('GET', '/20231130/hostedApplications'),
      await call('GET', '/v1/secrets/nothing'),
      await call('POST', '/20231130/hostedApplications', { displayName: '9' }),
      await call('POST', '/20231130/hostedApplicationStorages', {
        displayName: 'cache',
        compartmentId,
        storageType: 'CACHE',
      }),
    ];
    assert.deepEqual(
      refusals.map(({ status }) => status),
      [400, 404, 400, 403],
    );
  });

  /** No storage without a backend, no credentials without a registry; operations.test.ts has them succeed. */
  const unreachable = new Set([
    'loginToRegistry',
    'logoutFromRegistry',
    'createHostedApplicationStorage',
    'getHostedApplicationStorage',
    'deleteHostedApplicationStorage',
    'changeHostedApplicationStorageCompartment',
  ]);

  it('has no operation that was not seen to succeed', () => {
    assert.deepEqual(
      description.operationIds.filter((id) => !seen.has(id) && !unreachable.has(id)),
      [],
    );
  });
});

/** Everything that the client can do, once. */
async function liveOf(management: ManagementClient): Promise<void> {
  const { applications, deployments, workRequests, settings, clients } = management;
  await management.users.create({ name: 'mona', role: 'operator' });
  assert.equal((await management.users.list()).at(-1)?.name, 'mona');
  await management.users.delete('mona');
  // There is no such registry: whether its credentials are kept unseen depends on whether an engine runs that can ask.
  await management.registries.login('registry.example:1', { username: 'ann', password: 'p' }).catch(() => {});
  await management.registries.list();
  await management.registries.logout('registry.example:1').catch(() => {});
  const secret = await management.secrets.create({ name: 'key', compartmentId, value: 'hidden' });
  await management.secrets.update(secret.id, 'hidden too');
  assert.deepEqual(await management.secrets.list({ name: 'key' }), [await management.secrets.get(secret.id)]);
  const created = await applications.create({
    displayName: 'echo',
    compartmentId,
    inboundAuthConfig: ownAuth(server, 'echo'),
    environmentVariables: [{ name: 'KEY', type: 'VAULT', value: secret.id }],
  });
  const { id } = created.application;
  const done = async ({ workRequestId }: { workRequestId: string | undefined }): Promise<void> => {
    await workRequests.wait(workRequestId ?? '', { interval: 25, onProgress: () => {} });
  };
  await done(created);
  await applications.get(id);
  await applications.list({ compartmentId, displayName: 'echo', lifecycleState: 'ACTIVE' });
  await done(await applications.update(id, { description: 'says it again', freeformTags: { a: 'b' } }));
  await done(await applications.move(id, compartmentId));
  await settings.update(id, { ...(await settings.get(id)), hold: 5 });

  const deployed = await deployments.create({
    hostedApplicationId: id,
    compartmentId,
    activeArtifact: echo(1),
  });
  await done(deployed);
  const deploymentId = deployed.deployment.id;
  await deployments.list({ compartmentId, applicationId: id });
  await deployments.addArtifact(deploymentId, echo(2));
  const { artifacts } = await deployments.get(deploymentId);
  const [first, second] = artifacts.toSorted((a, b) => Number(a.id) - Number(b.id));
  assert.ok(first && second);
  await done(await deployments.update(deploymentId, { activeArtifact: { id: second.id } }));
  await deployments.deleteArtifact(deploymentId, first.id);
  await workRequests.get(deployed.workRequestId ?? '');
  await workRequests.errors(deployed.workRequestId ?? '');
  await workRequests.logs(deployed.workRequestId ?? '');

  const { clientId } = await clients.create(id, {
    name: 'one more',
    redirectUris: ['https://a.example/back'],
  });
  await clients.list(id);
  await clients.delete(id, clientId);
  await management.tokens.issue(id);
  assert.equal((await management.status.scaling(id)).minReplica, 1);
  const status = await management.status.application(id);
  assert.ok(status.replicas.some(({ state }) => state === 'READY'));
  await management.status.server();
  assert.notEqual((await Array.fromAsync(management.logs(id, { tail: 10 }))).length, 0);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const key = await management.apiKeys.create({ name: 'laptop', publicKey: pem, role: 'operator' });
  await management.apiKeys.list();
  await management.apiKeys.delete(key.id);
  await management.audit.list({ limit: 1000, resourceId: id });

  await assert.rejects(deployments.delete(deploymentId), { status: 403 });
  await done(await applications.delete(id));
  await management.secrets.delete(secret.id);
  await failing(management);
  await signed(management);
}

/** An application of the other kind, which moves. */
async function signed({ applications, compartments, workRequests }: ManagementClient): Promise<void> {
  const done = async ({ workRequestId }: { workRequestId: string | undefined }): Promise<void> => {
    await workRequests.wait(workRequestId ?? '', { interval: 25 });
  };
  const { id: other } = await compartments.create({ name: 'other' });
  assert.ok((await compartments.list()).some(({ name }) => name === 'other'));
  const made = await applications.createIam({ displayName: 'signed', compartmentId });
  await done(made);
  const { id } = made.application;
  await done(await applications.update(id, { description: 'signed requests only' }));
  await done(await applications.move(id, other));
  assert.equal((await applications.get(id)).compartmentId, other);
  assert.equal((await applications.list({ compartmentId: other, iam: true })).length, 1);
  await done(await applications.move(id, compartmentId));
  await done(await applications.delete(id));
  await compartments.delete(other);
}

/** A deployment that can be deleted: it never came up. */
async function failing({ applications, deployments, workRequests }: ManagementClient): Promise<void> {
  const { application, workRequestId } = await applications.create({
    displayName: 'broken',
    compartmentId,
    inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
  });
  await workRequests.wait(workRequestId ?? '', { interval: 25 });
  const { deployment, workRequestId: request } = await deployments.create({
    hostedApplicationId: application.id,
    compartmentId,
    activeArtifact: { ...echo(1), command: ['nothing-of-that-name'] },
  });
  const { status } = await workRequests.wait(request ?? '', { interval: 25 });
  assert.equal(status, 'FAILED');
  const deleted = await deployments.delete(deployment.id);
  await workRequests.wait(deleted.workRequestId ?? '', { interval: 25 });
}
