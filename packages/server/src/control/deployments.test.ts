import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dockerArtifact,
  makeApplication,
  makeDeployment,
  openTestApi,
  processArtifact,
  type Answer,
  type Body,
  type TestApi,
  type Value,
} from './api.fixture.ts';

const root = '/20231130/hostedDeployments';

const create = (api: TestApi, hostedApplicationId: string, given: object = {}): Promise<Answer> =>
  api.call('POST', root, {
    body: {
      hostedApplicationId,
      compartmentId: api.compartmentId,
      activeArtifact: processArtifact(1),
      ...given,
    },
  });

const add = async (api: TestApi, id: string, artifact: object): Promise<string> => {
  const added = await api.call('POST', `${root}/${id}/artifacts`, { body: { artifact } });
  assert.equal(added.status, 201, added.text);
  return added.id;
};

const activate = (api: TestApi, id: string, activeArtifact: object): Promise<Answer> =>
  api.call('PUT', `${root}/${id}`, { body: { activeArtifact } });

const isBody = (value: Value): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const statuses = ({ body }: Answer): unknown[] =>
  Array.isArray(body.artifacts) ? body.artifacts.map((artifact) => isBody(artifact) && artifact.status) : [];

const activeId = ({ body }: Answer): unknown => isBody(body.activeArtifact) && body.activeArtifact.id;

test('a creation answers with CREATING and the artifact that is wanted', async () => {
  await using api = await openTestApi();
  const applicationId = await makeApplication(api);
  const created = await create(api, applicationId);
  assert.equal(created.status, 201, created.text);
  assert.equal(created.body.lifecycleState, 'CREATING');
  assert.equal(created.body.hostedApplicationId, applicationId);
  assert.deepEqual(statuses(created), ['UPDATING']);
  assert.ok(isBody(created.body.activeArtifact));
  const { id, timeCreated, ...artifact } = created.body.activeArtifact;
  assert.ok(typeof id === 'string' && /^\d+$/.test(id));
  assert.ok(timeCreated);
  assert.deepEqual(artifact, {
    ...processArtifact(1),
    hostedDeploymentId: created.body.id,
    status: 'UPDATING',
  });
  await api.settle();
  const active = await api.call('GET', `${root}/${created.id}`);
  assert.deepEqual([active.body.lifecycleState, statuses(active)], ['ACTIVE', ['ACTIVE']]);
});

test('an application has one deployment: another is a lasting conflict, while the first is deleted a passing one', async () => {
  await using api = await openTestApi();
  const { applicationId, id } = await makeDeployment(api);
  const second = await create(api, applicationId);
  assert.deepEqual([second.status, second.body.code], [409, 'Conflict']);
  assert.match(second.message, /already exists/);
  await api.store.deployments.setState(id, 'NEEDS_ATTENTION');
  const deleted = await api.call('DELETE', `${root}/${id}`);
  assert.equal(deleted.status, 202);
  const repeated = await api.call('DELETE', `${root}/${id}`);
  assert.equal(repeated.headers.get('opc-work-request-id'), deleted.headers.get('opc-work-request-id'));
  assert.equal((await create(api, applicationId)).body.code, 'IncorrectState');
  await api.settle();
  assert.equal((await create(api, applicationId)).status, 201);
  const gone = await api.call('GET', `${root}/${id}`);
  assert.deepEqual([gone.status, gone.body.lifecycleState], [200, 'DELETED']);
  assert.equal((await api.call('DELETE', `${root}/${id}`)).status, 404);
});

test('a deployment waits for its application, and a failed application must be corrected first', async () => {
  await using api = await openTestApi();
  const applicationId = await makeApplication(api);
  for (const [state, code] of [
    ['CREATING', 'IncorrectState'],
    ['UPDATING', 'IncorrectState'],
    ['FAILED', 'Conflict'],
    ['DELETING', 'Conflict'],
    ['DELETED', 'NotAuthorizedOrNotFound'],
  ] as const) {
    await api.store.applications.setState(applicationId, state);
    assert.equal((await create(api, applicationId)).body.code, code, state);
  }
});

test('the active deployment cannot be deleted, one that is being changed not yet', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  const active = await api.call('DELETE', `${root}/${id}`);
  assert.deepEqual([active.status, active.body.code], [403, 'NotAllowed']);
  await activate(api, id, processArtifact(1));
  assert.equal((await api.call('DELETE', `${root}/${id}`)).body.code, 'IncorrectState');
});

test('a new version is added, activated and rolled back, by id and by contents', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api, { artifact: dockerArtifact('1') });
  const second = await add(api, id, dockerArtifact('2'));
  const added = await api.call('GET', `${root}/${id}`);
  assert.deepEqual(statuses(added), ['ACTIVE', 'INACTIVE']);
  const wish = await activate(api, id, dockerArtifact('2'));
  assert.equal(wish.status, 200);
  assert.deepEqual([wish.body.lifecycleState, statuses(wish)], ['UPDATING', ['ACTIVE', 'UPDATING']]);
  assert.equal(wish.headers.get('etag'), (await api.call('GET', `${root}/${id}`)).headers.get('etag'));
  assert.notEqual(activeId(wish), second);
  await api.settle();
  const active = await api.call('GET', `${root}/${id}`);
  assert.deepEqual([activeId(active), statuses(active)], [second, ['INACTIVE', 'ACTIVE']]);
  const rollback = await activate(api, id, { id: String(activeId(added)) });
  assert.equal(rollback.status, 200);
  await api.settle();
  assert.equal(activeId(await api.call('GET', `${root}/${id}`)), activeId(added));
});

test('of several artifacts with the same contents the newest is meant', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  await add(api, id, processArtifact(1));
  const newest = await add(api, id, processArtifact(1));
  await activate(api, id, processArtifact(1));
  assert.equal((await api.store.deployments.get(id))?.wantedArtifactId, newest);
});

test('what is not registered cannot be activated, and the message says to add it', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  const { id: other } = await makeDeployment(api);
  const foreign = (await api.store.deployments.get(other))?.wantedArtifactId;
  for (const artifact of [{ id: '999999' }, { id: foreign }, processArtifact(7), dockerArtifact('1')]) {
    const refused = await activate(api, id, artifact);
    assert.deepEqual([refused.status, refused.body.code], [400, 'InvalidParameter']);
    assert.match(refused.message, /Artifact not exists.*Add it first with POST/);
  }
  const open = await api.store.workRequests.open();
  assert.deepEqual(open, []);
});

test('tags alone are changed at once', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  const changed = await api.call('PUT', `${root}/${id}`, { body: { freeformTags: { a: 'b' } } });
  assert.deepEqual(
    [changed.status, changed.body.lifecycleState, changed.body.freeformTags],
    [200, 'ACTIVE', { a: 'b' }],
  );
  assert.deepEqual(await api.store.workRequests.open(), []);
});

test('a deployment holds 20 artifacts, and the message says to delete one', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  for (let number = 2; number <= 20; number += 1) await add(api, id, processArtifact(number));
  const body = { artifact: processArtifact(21) };
  const refused = await api.call('POST', `${root}/${id}/artifacts`, { body });
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.match(refused.message, /20 artifacts.*Delete one/);
  const { artifacts = [] } = (await api.store.deployments.get(id)) ?? {};
  const active = await api.call('DELETE', `${root}/${id}/artifacts/${artifacts[0]?.id}`);
  assert.deepEqual([active.status, active.body.code], [409, 'Conflict']);
  const removed = await api.call('DELETE', `${root}/${id}/artifacts/${artifacts[1]?.id}`);
  assert.equal(removed.status, 204);
  const workRequest = await api.call(
    'GET',
    `/20231130/workRequests/${removed.headers.get('opc-work-request-id')}`,
  );
  assert.equal(workRequest.body.status, 'SUCCEEDED');
  assert.equal((await api.call('POST', `${root}/${id}/artifacts`, { body })).status, 201);
  assert.equal((await api.call('DELETE', `${root}/${id}/artifacts/${artifacts[1]?.id}`)).status, 404);
});

test('a local process is for admins, wherever it is registered', async () => {
  await using api = await openTestApi();
  const applicationId = await makeApplication(api);
  const body = {
    hostedApplicationId: applicationId,
    compartmentId: api.compartmentId,
    activeArtifact: processArtifact(1),
  };
  const refused = await api.call('POST', root, { as: 'operator', body });
  assert.deepEqual([refused.status, refused.body.code], [403, 'NotAllowed']);
  assert.match(refused.message, /LOCAL_PROCESS_ARTIFACT.*role admin/);
  const docker = { ...body, activeArtifact: dockerArtifact('1') };
  const created = await api.call('POST', root, { as: 'operator', body: docker });
  assert.equal(created.status, 201);
  await api.settle();
  const path = `${root}/${created.id}/artifacts`;
  assert.equal(
    (await api.call('POST', path, { as: 'operator', body: { artifact: processArtifact(1) } })).status,
    403,
  );
});

test('a server that must not run processes says so, and how to allow them', async () => {
  await using api = await openTestApi({ allowProcesses: false });
  const applicationId = await makeApplication(api);
  const refused = await create(api, applicationId);
  assert.deepEqual([refused.status, refused.body.code], [403, 'NotAllowed']);
  assert.match(refused.message, /--allow-processes/);
  const { id } = await makeDeployment(api, { artifact: dockerArtifact('1') });
  const { id: registered } = await api.store.deployments.addArtifact(id, {
    artifactType: 'LOCAL_PROCESS_ARTIFACT',
    command: ['node'],
    workingDirectory: '/',
  });
  assert.equal((await activate(api, id, { id: registered })).status, 403);
});

test('an artifact that wants a scan is refused, as there is no scanner', async () => {
  await using api = await openTestApi();
  const { id } = await makeDeployment(api);
  const artifact = { ...dockerArtifact('1'), isVulnerabilityScanRequired: true };
  const refused = await api.call('POST', `${root}/${id}/artifacts`, { body: { artifact } });
  assert.equal(refused.status, 400);
  assert.match(refused.message, /isVulnerabilityScanRequired must be false/);
});
