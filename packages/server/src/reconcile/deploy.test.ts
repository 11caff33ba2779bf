import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  activate,
  createApplication,
  createDeployment,
  environmentOf,
  errorsOf,
  eventually,
  finished,
  leftProcesses,
  logOf,
  openWorld,
  readyUrls,
  serveApplication,
  updateApplication,
  variable,
} from './world.fixture.ts';

describe('a new application', () => {
  test('is active and in the directory before anything is deployed', async () => {
    await using world = await openWorld();
    const idcsConfig = { domainUrl: 'https://issuer.example', scope: 'invoke', audience: 'weather' };
    const inboundAuthConfig = { inboundAuthConfigType: 'IDCS_AUTH_CONFIG' as const, idcsConfig };
    const { row, request } = await createApplication(world, { inboundAuthConfig });
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.equal((await world.store.applications.get(row.id))?.lifecycleState, 'ACTIVE');
    const endpoint = await eventually(world, () => {
      const found = world.directory.get(row.id);
      assert(found);
      return found;
    });
    assert.deepEqual(endpoint.auth, {
      kind: 'oauth',
      issuer: 'https://issuer.example',
      audience: 'weather',
      scope: 'invoke',
    });
    assert.deepEqual(endpoint.replicas, []);
    assert.match(endpoint.notice ?? '', /no deployment yet/);
  });

  test('is active although its issuer cannot be reached; its work request says so', async () => {
    const asked: string[] = [];
    const checkIssuer = async (domainUrl: string): Promise<void> => {
      asked.push(domainUrl);
      throw new Error('connection refused');
    };
    await using world = await openWorld({ checkIssuer });
    const idcsConfig = { domainUrl: 'https://issuer.example', scope: 'invoke' };
    const { request } = await createApplication(world, {
      inboundAuthConfig: { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig },
    });
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    await eventually(world, async () =>
      assert.match((await logOf(world, request)).join(), /connection refused/),
    );
    assert.deepEqual(asked, ['https://issuer.example']);
  });
});

describe('a new deployment', () => {
  test('is active once its replica is ready, and its work request tells how it went', async () => {
    await using world = await openWorld();
    const { row: application } = await createApplication(world, {
      environmentVariables: [variable('GREETING', 'hi')],
    });
    const { row, request } = await createDeployment(world, application, world.sandbox.artifact('serve'));
    const done = await finished(world, request);
    assert.deepEqual([done.status, done.percentComplete], ['SUCCEEDED', 100]);
    const deployment = await world.store.deployments.get(row.id);
    assert.equal(deployment?.lifecycleState, 'ACTIVE');
    assert.equal(deployment.activeArtifactId, row.wantedArtifactId);
    assert.deepEqual(
      deployment.artifacts.map(({ status }) => status),
      ['ACTIVE'],
    );
    const [url] = readyUrls(world, application);
    const environment = await environmentOf(url);
    assert.equal(environment['GREETING'], 'hi');
    assert.equal(environment['MOORING_APPLICATION_ID'], application.id);
    assert.deepEqual(await logOf(world, request), [
      `Starting 1 replica of artifact ${row.wantedArtifactId}.`,
      'Started 1 replica; waiting for GET /ready to answer 200.',
      'Ready: 1 replica.',
    ]);
    const status = world.reconciler.applicationStatus(application.id);
    assert.deepEqual(
      status?.replicas.map(({ state, restarts, runtime }) => ({ state, restarts, runtime })),
      [{ state: 'READY', restarts: 0, runtime: 'process' }],
    );
  });

  test('starts as many replicas as minReplica says', async () => {
    await using world = await openWorld();
    const scalingConfig = { scalingType: 'CONCURRENCY' as const, minReplica: 3 };
    const { application } = await serveApplication(world, 'serve', { scalingConfig });
    await eventually(world, () => assert.equal(readyUrls(world, application).length, 3));
  });

  const refused: { name: string; artifact: string[]; told: RegExp }[] = [
    {
      name: 'its replica exits',
      artifact: ['exit'],
      told: /did not come up.*Nothing serves.*exited with code 3.*no such table: forecasts/s,
    },
    {
      name: 'its replica listens for others too',
      artifact: ['wide'],
      told: /listens on 0\.0\.0\.0.*Bind 127\.0\.0\.1/s,
    },
  ];
  for (const { name, artifact, told } of refused) {
    test(`needs attention and says why when ${name}`, async () => {
      await using world = await openWorld();
      const { row: application } = await createApplication(world);
      const { row, request } = await createDeployment(
        world,
        application,
        world.sandbox.artifact(...artifact),
      );
      assert.equal((await finished(world, request)).status, 'FAILED');
      assert.match(await errorsOf(world, request), told);
      const deployment = await world.store.deployments.get(row.id);
      assert.equal(deployment?.lifecycleState, 'NEEDS_ATTENTION');
      assert.match(deployment.lifecycleDetails ?? '', told);
      assert.deepEqual(
        deployment.artifacts.map(({ status }) => status),
        ['FAILED'],
      );
      await eventually(world, () => {
        assert.deepEqual(world.reconciler.applicationStatus(application.id)?.replicas, []);
        const endpoint = world.directory.get(application.id);
        assert.deepEqual(endpoint?.replicas, []);
        assert.match(endpoint.notice ?? '', /did not start/);
        assert.equal(world.reconciler.scaling(application.id)?.wanted, 0);
      });
      assert.deepEqual(await leftProcesses(world), []);
    });
  }

  test('fails when no runtime takes its artifact, or a secret is not to be had', async () => {
    await using world = await openWorld();
    const { row: first } = await createApplication(world);
    const image = { artifactType: 'SIMPLE_DOCKER_ARTIFACT' as const, containerUri: 'registry.example/app' };
    const { request } = await createDeployment(world, first, image);
    await finished(world, request);
    assert.match(await errorsOf(world, request), /no runtime for artifacts of type SIMPLE_DOCKER_ARTIFACT/);
    const secret = { name: 'KEY', type: 'VAULT' as const, value: 'ocid1.vaultsecret' };
    const { row: second } = await createApplication(world, {
      displayName: 'other',
      environmentVariables: [secret],
    });
    const { request: other } = await createDeployment(world, second, world.sandbox.artifact('serve'));
    await finished(world, other);
    assert.match(
      await errorsOf(world, other),
      /secret ocid1\.vaultsecret of the environment variable KEY is not there any more/,
    );
  });

  test('that failed comes up with another artifact, or in another environment', async () => {
    await using world = await openWorld();
    const { row: application } = await createApplication(world);
    const { row, request } = await createDeployment(world, application, world.sandbox.artifact('exit'));
    assert.equal((await finished(world, request)).status, 'FAILED');
    const update = await updateApplication(world, application, {
      environmentVariables: [variable('BEHAVIOUR', 'serve')],
    });
    assert.equal((await finished(world, update.request)).status, 'SUCCEEDED');
    assert.equal((await world.store.deployments.get(row.id))?.lifecycleState, 'ACTIVE');
    const next = await activate(world, row, world.sandbox.artifact('serve'));
    assert.equal((await finished(world, next.request)).status, 'SUCCEEDED');
    assert.equal((await world.store.deployments.get(row.id))?.activeArtifactId, next.row.wantedArtifactId);
  });
});

describe('another artifact', () => {
  test('takes the arrivals once it is ready; the earlier replica drains, then stops', async () => {
    await using world = await openWorld();
    const { application, deployment } = await serveApplication(world, 'serve');
    await world.store.settings.merge(application.id, { drainAfter: 1, drainSpread: 0.5 });
    const [before] = world.directory.get(application.id)?.replicas ?? [];
    const { request } = await activate(world, deployment, world.sandbox.artifact('serve'));
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    await eventually(world, () => {
      const replicas = world.directory.get(application.id)?.replicas ?? [];
      assert.deepEqual(
        replicas.map(({ id, state }) => [id === before?.id, state]),
        [
          [true, 'draining'],
          [false, 'ready'],
        ],
      );
    });
    assert.equal((await fetch(`http://127.0.0.1:${before?.port}/health`)).status, 200);
    const states = world.reconciler.applicationStatus(application.id)?.replicas.map(({ state }) => state);
    assert.deepEqual(states, ['DRAINING', 'READY']);
    assert.deepEqual(world.drained, []);
    await eventually(world, () => assert.equal(world.directory.get(application.id)?.replicas.length, 1));
    assert.deepEqual(world.drained, [{ replicaId: before?.id, spread: 0.5 }]);
    const { artifacts } = (await world.store.deployments.get(deployment.id)) ?? deployment;
    assert.deepEqual(
      artifacts.map(({ status }) => status),
      ['INACTIVE', 'ACTIVE'],
    );
  });

  test('that does not come up leaves the earlier one serving', async () => {
    await using world = await openWorld();
    const { application, deployment } = await serveApplication(world, 'serve');
    const before = world.directory.get(application.id)?.replicas;
    const { request } = await activate(world, deployment, world.sandbox.artifact('exit'));
    assert.equal((await finished(world, request)).status, 'FAILED');
    assert.match(await errorsOf(world, request), /What served before goes on.*exited with code 3/s);
    const after = await world.store.deployments.get(deployment.id);
    assert.equal(after?.lifecycleState, 'ACTIVE');
    assert.equal(after.activeArtifactId, deployment.wantedArtifactId);
    assert.deepEqual(
      after.artifacts.map(({ status }) => status),
      ['ACTIVE', 'FAILED'],
    );
    assert.deepEqual(world.directory.get(application.id)?.replicas, before);
    await eventually(world, () => {
      const replicas = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
      assert.deepEqual(
        replicas.map(({ state }) => state),
        ['READY'],
      );
    });
  });

  test('that is replaced by yet another one before it is ready goes without having served', async () => {
    await using world = await openWorld();
    const { application, deployment } = await serveApplication(world, 'serve');
    const slow = await activate(world, deployment, world.sandbox.artifact('busy'));
    await eventually(world, () =>
      assert.equal(world.reconciler.applicationStatus(application.id)?.replicas.length, 2),
    );
    await world.store.workRequests.cancel(slow.request.id, 'another artifact is wanted');
    const { request, row } = await activate(world, deployment, world.sandbox.artifact('serve'));
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.equal((await world.store.deployments.get(deployment.id))?.activeArtifactId, row.wantedArtifactId);
  });

  test('that serves already is confirmed without a restart', async () => {
    await using world = await openWorld();
    const { application, deployment } = await serveApplication(world, 'serve');
    const before = world.directory.get(application.id)?.replicas;
    const compartmentId = deployment.compartmentId;
    const resources = [{ entityType: 'HOSTED_DEPLOYMENT' as const, identifier: deployment.id }];
    const request = await world.store.transaction(async (tx) => {
      await tx.deployments.want(deployment.id, deployment.wantedArtifactId);
      return await tx.workRequests.create({
        compartmentId,
        operationType: 'UPDATE_HOSTED_DEPLOYMENT',
        resources,
      });
    });
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.deepEqual(world.directory.get(application.id)?.replicas, before);
  });
});
