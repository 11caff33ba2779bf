import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  environmentOf,
  errorsOf,
  eventually,
  finished,
  openWorld,
  readyUrls,
  serveApplication,
  updateApplication,
  variable,
} from './world.fixture.ts';

const soon = { drainAfter: 0.1, drainSpread: 0.1 };

describe('an update of an application', () => {
  test('with another environment starts new replicas before the earlier ones leave', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve');
    await world.store.settings.merge(application.id, soon);
    const [before] = readyUrls(world, application);
    const environmentVariables = [variable('GREETING', 'hello')];
    const { request } = await updateApplication(world, application, { environmentVariables });
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.equal((await world.store.applications.get(application.id))?.lifecycleState, 'ACTIVE');
    await eventually(world, () => assert.equal(world.directory.get(application.id)?.replicas.length, 1));
    const [after] = readyUrls(world, application);
    assert.notEqual(after, before);
    assert.equal((await environmentOf(after))['GREETING'], 'hello');
    assert.equal(world.drained.length, 1);
  });

  test('with an environment in which it does not start changes nothing and says why', async () => {
    await using world = await openWorld();
    const { application, deployment } = await serveApplication(world, 'serve');
    const before = readyUrls(world, application);
    const environmentVariables = [variable('BEHAVIOUR', 'exit')];
    const { request } = await updateApplication(world, application, { environmentVariables });
    assert.equal((await finished(world, request)).status, 'FAILED');
    assert.match(await errorsOf(world, request), /What served before goes on.*exited with code 3/s);
    const after = await world.store.applications.get(application.id);
    assert.deepEqual(
      [after?.lifecycleState, /exited with code 3/.test(after?.lifecycleDetails ?? '')],
      ['ACTIVE', true],
    );
    assert.equal((await world.store.deployments.get(deployment.id))?.lifecycleState, 'ACTIVE');
    assert.deepEqual(readyUrls(world, application), before);
  });

  test('of authentication or settings takes effect without a restart', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve');
    const before = world.directory.get(application.id);
    const idcsConfig = { domainUrl: 'https://issuer.example', scope: 'invoke' };
    const { request } = await updateApplication(world, application, {
      inboundAuthConfig: { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig },
    });
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    await world.store.settings.merge(application.id, { maxMessageBytes: 2048 });
    await eventually(world, () => {
      const endpoint = world.directory.get(application.id);
      assert.deepEqual(endpoint?.auth, {
        kind: 'oauth',
        issuer: 'https://issuer.example',
        audience: undefined,
        scope: 'invoke',
      });
      assert.equal(endpoint.settings.maxMessageBytes, 2048);
      assert.deepEqual(endpoint.replicas, before?.replicas);
    });
  });

  test('of minReplica starts more replicas, or sends some away', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve');
    for (const minReplica of [2, 1]) {
      const scalingConfig = { scalingType: 'CONCURRENCY' as const, minReplica };
      const { request } = await updateApplication(world, application, { scalingConfig });
      assert.equal((await finished(world, request)).status, 'SUCCEEDED');
      await eventually(world, () => assert.equal(readyUrls(world, application).length, minReplica));
    }
  });
});
