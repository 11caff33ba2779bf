import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOcid } from '@mooring/contract';
import {
  iamApplication,
  makeApplication,
  makeIamApplication,
  openTestApi,
  processArtifact,
  type Answer,
} from './api.fixture.ts';

const root = '/20231130/hostedApplicationsIam';
const other = '/20231130/hostedApplications';

const idsOf = ({ body: { items } }: Answer): unknown[] =>
  Array.isArray(items) ? items.map((item) => Object(item).id) : [];

test('an IAM application has an OCID of its own kind, and nothing about authentication', async () => {
  await using api = await openTestApi();
  const created = await api.call('POST', root, { body: iamApplication(api) });
  assert.equal(created.status, 201, created.text);
  assert.ok(isOcid(created.id, 'applicationIam'), created.id);
  assert.equal(created.body.lifecycleState, 'CREATING');
  assert.ok(!('inboundAuthConfig' in created.body));
  assert.deepEqual(created.body.scalingConfig, {
    scalingType: 'REQUESTS_PER_SECOND',
    minReplica: 1,
    maxReplica: 3,
    targetRpsThreshold: 50,
  });
  const workRequest = await api.call(
    'GET',
    `/20231130/workRequests/${created.headers.get('opc-work-request-id')}`,
  );
  assert.match(workRequest.text, new RegExp(`"entityUri":"${root}/${created.id}"`));
});

test('the two kinds are listed apart, under one name if need be', async () => {
  await using api = await openTestApi();
  const iam = await makeIamApplication(api, { displayName: 'twin' });
  const twin = await makeIamApplication(api, { displayName: 'twin' });
  const plain = await makeApplication(api, { displayName: 'twin' });
  const query = `?compartmentId=${api.compartmentId}&displayName=twin`;
  assert.deepEqual(new Set(idsOf(await api.call('GET', root + query))), new Set([iam, twin]));
  assert.deepEqual(idsOf(await api.call('GET', other + query)), [plain]);
});

test('an application exists under the path of its kind only', async () => {
  await using api = await openTestApi();
  const iam = await makeIamApplication(api);
  const plain = await makeApplication(api);
  const body = { description: 'x' };
  const move = { compartmentId: api.compartmentId };
  for (const path of [`${other}/${iam}`, `${root}/${plain}`]) {
    const answers = [
      await api.call('GET', path),
      await api.call('PUT', path, { body }),
      await api.call('DELETE', path),
      await api.call('POST', `${path}/actions/changeCompartment`, { body: move }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404, 404, 404],
      path,
    );
  }
});

test('an IAM application has a deployment, and takes it along when it goes', async () => {
  await using api = await openTestApi();
  const id = await makeIamApplication(api);
  const body = {
    compartmentId: api.compartmentId,
    hostedApplicationId: id,
    activeArtifact: processArtifact(1),
  };
  const created = await api.call('POST', '/20231130/hostedDeployments', { body });
  assert.equal(created.status, 201, created.text);
  await api.settle();
  const listed = await api.call(
    'GET',
    `/20231130/hostedDeployments?compartmentId=${api.compartmentId}&applicationId=${id}`,
  );
  assert.deepEqual(idsOf(listed), [created.id]);
  assert.equal((await api.call('DELETE', `${root}/${id}`)).status, 202);
  await api.settle();
  assert.equal((await api.call('GET', `${root}/${id}`)).body.lifecycleState, 'DELETED');
  assert.equal(
    (await api.call('GET', `/20231130/hostedDeployments/${created.id}`)).body.lifecycleState,
    'DELETED',
  );
});

test('an update changes what is given', async () => {
  await using api = await openTestApi();
  const id = await makeIamApplication(api, { description: 'old' });
  assert.equal((await api.call('PUT', `${root}/${id}`, { body: { displayName: 'new' } })).status, 202);
  await api.settle();
  const { body } = await api.call('GET', `${root}/${id}`);
  assert.deepEqual([body.displayName, body.description, body.lifecycleState], ['new', 'old', 'ACTIVE']);
});

test('there are no tokens and no OAuth clients for it', async () => {
  await using api = await openTestApi();
  const id = await makeIamApplication(api);
  for (const [path, body] of [
    ['tokens', undefined],
    ['clients', { name: 'x' }],
  ] as const) {
    const refused = await api.call('POST', `/v1/applications/${id}/${path}`, { body });
    assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
    assert.match(refused.message, /sign their requests with an API key/);
  }
});
