/** Oracle's own SDK manages the server, with the configuration file of the first start and nothing else changed but the endpoint. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { SimpleAuthenticationDetailsProvider } from 'oci-common';
import { models } from 'oci-generativeai';
import { ociClient, send, signWithSdk, type Sent } from '../fixtures/oci.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const test = await startTestServer();
after(() => test[Symbol.asyncDispose]());
const { client, provider, compartmentId } = ociClient(test.server);
const { managementPlain } = test.server.urls;

const inboundAuthConfig: models.InboundAuthConfig = {
  inboundAuthConfigType: models.InboundAuthConfig.InboundAuthConfigType.IdcsAuthConfig,
  idcsConfig: {
    domainUrl: `${test.server.urls.management}/identity`,
    audience: 'urn:test:shop:',
    scope: 'invoke',
  },
};

describe("Oracle's SDK", () => {
  it(
    verifies(
      ['management:signature', 'management:audit'],
      'creates, gets and lists in the tenancy of its configuration',
    ),
    async () => {
      const createHostedApplicationDetails = { compartmentId, displayName: 'shop', inboundAuthConfig };
      const { hostedApplication, opcWorkRequestId } = await client.createHostedApplication({
        createHostedApplicationDetails,
      });
      assert.match(opcWorkRequestId, /^ocid1\.generativeaiworkrequest\./);
      const { id } = hostedApplication;
      const got = await client.getHostedApplication({ hostedApplicationId: id });
      assert.equal(got.hostedApplication.displayName, 'shop');
      assert.ok(got.etag);
      const listed = await client.listHostedApplications({ compartmentId });
      assert.deepEqual(
        listed.hostedApplicationCollection.items.map((item) => item.id),
        [id],
      );
      await test.management.workRequests.wait(opcWorkRequestId, { interval: 25 });
      const [entry, ...others] = await test.management.audit.list();
      assert.deepEqual(others, []);
      assert.deepEqual(
        [entry?.subject, entry?.keyId, entry?.resourceId, entry?.outcome, entry?.address],
        [provider.getUser(), await provider.getKeyId(), id, 'SUCCEEDED', '127.0.0.1'],
      );
      assert.equal(entry?.after?.['displayName'], 'shop');
    },
  );
});

const listUrl = `${managementPlain}/20231130/hostedApplications?compartmentId=${compartmentId}`;
const createUrl = `${managementPlain}/20231130/hostedApplications`;
const body = JSON.stringify({ compartmentId, displayName: 'forged', inboundAuthConfig });

const get = async (headers?: Record<string, string>): Promise<Sent> => ({
  method: 'GET',
  url: listUrl,
  headers: await signWithSdk({ provider, method: 'GET', url: listUrl, ...(headers && { headers }) }),
});
const post = async (): Promise<Sent> => ({
  method: 'POST',
  url: createUrl,
  body,
  headers: await signWithSdk({
    provider,
    method: 'POST',
    url: createUrl,
    body,
    headers: { 'content-type': 'application/json' },
  }),
});
const minutesAway = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toUTCString();
const without = (headers: Sent['headers'], name: string): Sent['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
const authorizationOf = ({ headers }: Sent): string => String(headers['authorization']);
const reauthorized = (sent: Sent, change: (authorization: string) => string): Sent => ({
  ...sent,
  headers: { ...sent.headers, authorization: change(authorizationOf(sent)) },
});

/** Each takes a sound request and does one thing to it. */
const forgeries: Readonly<Record<string, () => Promise<Sent>>> = {
  'no credential': async () => ({
    ...(await get()),
    headers: without((await get()).headers, 'authorization'),
  }),
  'another body': async () => ({ ...(await post()), body: body.replace('forged', 'fooled') }),
  'another header': async () => {
    const sent = await post();
    return { ...sent, headers: { ...sent.headers, 'content-type': 'application/json; charset=utf-8' } };
  },
  'another body with its own hash': async () => {
    const sent = await post();
    const other = body.replace('forged', 'fooled');
    const signed = await signWithSdk({ provider, method: 'POST', url: createUrl, body: other });
    return {
      ...sent,
      body: other,
      headers: { ...sent.headers, 'x-content-sha256': signed['x-content-sha256'] ?? '' },
    };
  },
  'another query': async () => ({ ...(await get()), url: `${listUrl}&limit=1` }),
  'another method': async () => ({ ...(await get()), method: 'DELETE' }),
  'a signature of another host': async () => {
    const url = listUrl.replace(managementPlain, 'http://generativeai.us-chicago-1.oci.oraclecloud.com');
    const headers = await signWithSdk({ provider, method: 'GET', url });
    return { ...(await get()), headers: { ...headers, host: new URL(listUrl).host } };
  },
  'a key that is not registered': async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
    const stranger = new SimpleAuthenticationDetailsProvider(
      compartmentId,
      provider.getUser(),
      '00:11',
      pem,
      null,
    );
    return {
      ...(await get()),
      headers: await signWithSdk({ provider: stranger, method: 'GET', url: listUrl }),
    };
  },
  'the id of a registered key, and another key': async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
    const stranger = new SimpleAuthenticationDetailsProvider(
      compartmentId,
      provider.getUser(),
      provider.getFingerprint(),
      pem,
      null,
    );
    return {
      ...(await get()),
      headers: await signWithSdk({ provider: stranger, method: 'GET', url: listUrl }),
    };
  },
  'a date that is 6 minutes old': () => get({ 'x-date': minutesAway(-6) }),
  'a date 6 minutes ahead': () => get({ 'x-date': minutesAway(6) }),
  'no date': async () => ({ ...(await get()), headers: without((await get()).headers, 'x-date') }),
  'the host left out of the signature': async () =>
    reauthorized(await get(), (text) => text.replace('(request-target) host', '(request-target)')),
  'the body left out of the signature': async () =>
    reauthorized(await post(), (text) => text.replace(/ x-content-sha256/i, '')),
  'a header twice': async () => {
    const sent = await get();
    const date = String(sent.headers['x-date']);
    return { ...sent, headers: { ...sent.headers, 'x-date': [date, date] } };
  },
  'half a signature': async () => reauthorized(await get(), (text) => text.slice(0, -40)),
};

describe('a request with', () => {
  const bodies = new Set<string>();
  for (const [what, forge] of Object.entries(forgeries))
    it(
      verifies(
        ['management:signature:altered', 'management:unauthenticated'],
        `${what} is refused with 401, the same for all`,
      ),
      async () => {
        const answer = await send(await forge());
        assert.equal(answer.status, 401, answer.body);
        assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer .*, Signature /);
        bodies.add(answer.body);
        assert.equal(bodies.size, 1);
      },
    );

  it(verifies('management:signature', 'a sound signature is served, also when it comes again'), async () => {
    const sent = await get({ 'x-date': minutesAway(-4) });
    assert.deepEqual([(await send(sent)).status, (await send(sent)).status], [200, 200]);
  });

  it('nothing was made by any of them, and the audit log tells of none', async () => {
    const applications = await test.management.applications.list({ compartmentId });
    assert.deepEqual(
      applications.map(({ displayName }) => displayName),
      ['shop'],
    );
    assert.equal((await test.management.audit.list()).length, 1);
  });
});
