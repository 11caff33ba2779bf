/** Oracle's own SDK as the only client: applications, deployments and work requests through their whole life. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import {
  FixedTimeDelayStrategy,
  MaxAttemptsTerminationStrategy,
  MaxTimeTerminationStrategy,
  OciError,
  OciSdkDefaultRetryConfiguration,
} from 'oci-common';
import { models, requests } from 'oci-generativeai';
import { invokePath, isOcid, problemCodes, problemKinds } from '@mooring/contract';
import { ociClient } from '../fixtures/oci.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const test = await startTestServer();
after(() => test[Symbol.asyncDispose]());
const { client, compartmentId } = ociClient(test.server);
const waiters = client.createWaiters({
  delayStrategy: new FixedTimeDelayStrategy(0.025),
  terminationStrategy: new MaxTimeTerminationStrategy(60),
});

const { LifecycleState: Application } = models.HostedApplication;
const { LifecycleState: ApplicationIam } = models.HostedApplicationIam;
const { LifecycleState: Deployment } = models.HostedDeployment;
const WorkRequest = models.OperationStatus;
const finished = [WorkRequest.Succeeded, WorkRequest.Failed, WorkRequest.Canceled];

/** A type that is newer than the SDK, which passes it on as it is. */
const openToAll: models.InboundAuthConfig = JSON.parse('{"inboundAuthConfigType":"NO_AUTH_CONFIG"}');

interface ProcessArtifact extends models.CreateArtifactDetails {
  readonly command: readonly string[];
  readonly workingDirectory: string;
}
const echo = (version: number): ProcessArtifact => ({
  artifactType: 'LOCAL_PROCESS_ARTIFACT',
  command: ['node', '--conditions=mooring', 'echo-app.ts', `v${version}`],
  workingDirectory: new URL('../fixtures', import.meta.url).pathname,
});

/** Follows a work request to its end, as the SDK does it. */
async function done(workRequestId: string): Promise<models.WorkRequest> {
  const { workRequest } = await waiters.forWorkRequest({ workRequestId });
  assert.ok(finished.includes(workRequest.status), workRequest.status);
  assert.ok(workRequest.timeFinished);
  return workRequest;
}

async function succeeded(workRequestId: string): Promise<void> {
  const { status, percentComplete } = await done(workRequestId);
  assert.deepEqual([status, percentComplete], [WorkRequest.Succeeded, 100]);
}

async function makeApplication(displayName: string): Promise<string> {
  const createHostedApplicationDetails = { compartmentId, displayName, inboundAuthConfig: openToAll };
  const made = await client.createHostedApplication({ createHostedApplicationDetails });
  await succeeded(made.opcWorkRequestId);
  return made.hostedApplication.id;
}

/** The refusal as the SDK reports it. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OciError, String(error));
  return { status: error.statusCode, code: error.serviceCode, message: error.message };
}

describe("Oracle's SDK", () => {
  it(
    verifies('management:oci-sdk', 'creates, waits for, changes, moves and deletes an application'),
    async () => {
      const details = {
        compartmentId,
        displayName: 'life',
        inboundAuthConfig: openToAll,
        freeformTags: { a: 'b' },
      };
      const made = await client.createHostedApplication({ createHostedApplicationDetails: details });
      const hostedApplicationId = made.hostedApplication.id;
      assert.equal(made.hostedApplication.lifecycleState, Application.Creating);
      assert.ok(made.etag);
      await succeeded(made.opcWorkRequestId);
      const active = await waiters.forHostedApplication({ hostedApplicationId }, Application.Active);
      assert.ok(active);
      assert.equal(active.hostedApplication.scalingConfig?.maxReplica, 3);

      const change = { description: 'changed' };
      const stale = await refusal(
        client.updateHostedApplication({
          hostedApplicationId,
          updateHostedApplicationDetails: change,
          ifMatch: '"0"',
        }),
      );
      assert.deepEqual([stale.status, stale.code], [412, 'NoEtagMatch']);
      const updated = await client.updateHostedApplication({
        hostedApplicationId,
        updateHostedApplicationDetails: change,
        ifMatch: active.etag,
      });
      await succeeded(updated.opcWorkRequestId);
      const { hostedApplication, etag } = await client.getHostedApplication({ hostedApplicationId });
      assert.deepEqual(
        [hostedApplication.description, hostedApplication.freeformTags],
        ['changed', { a: 'b' }],
      );
      assert.notEqual(etag, active.etag);

      await client.changeHostedApplicationCompartment({
        hostedApplicationId,
        changeHostedApplicationCompartmentDetails: { compartmentId },
      });
      const deleted = await client.deleteHostedApplication({ hostedApplicationId });
      await succeeded(deleted.opcWorkRequestId);
      const gone = await waiters.forHostedApplication({ hostedApplicationId }, Application.Deleted);
      assert.equal(gone?.hostedApplication.lifecycleState, Application.Deleted);
      const twice = await refusal(client.deleteHostedApplication({ hostedApplicationId }));
      assert.deepEqual([twice.status, twice.code], [404, 'NotAuthorizedOrNotFound']);
    },
  );

  it(verifies('management:oci-sdk', 'creates, lists, changes and deletes an IAM application'), async () => {
    const createHostedApplicationIamDetails = { compartmentId, displayName: 'signed' };
    const made = await client.createHostedApplicationIam({ createHostedApplicationIamDetails });
    const hostedApplicationIamId = made.hostedApplicationIam.id;
    assert.ok(isOcid(hostedApplicationIamId, 'applicationIam'));
    await succeeded(made.opcWorkRequestId);
    await waiters.forHostedApplicationIam({ hostedApplicationIamId }, ApplicationIam.Active);
    const listed = await client.listHostedApplicationsIam({ compartmentId });
    assert.deepEqual(
      listed.hostedApplicationCollection.items.map(({ id }) => id),
      [hostedApplicationIamId],
    );
    const updated = await client.updateHostedApplicationIam({
      hostedApplicationIamId,
      updateHostedApplicationIamDetails: { displayName: 'renamed' },
      ifMatch: (await client.getHostedApplicationIam({ hostedApplicationIamId })).etag,
    });
    await succeeded(updated.opcWorkRequestId);
    const { hostedApplicationIam } = await client.getHostedApplicationIam({ hostedApplicationIamId });
    assert.equal(hostedApplicationIam.displayName, 'renamed');
    await client.changeHostedApplicationIamCompartment({
      hostedApplicationIamId,
      changeHostedApplicationCompartmentDetails: { compartmentId },
    });
    const deleted = await client.deleteHostedApplicationIam({ hostedApplicationIamId });
    await succeeded(deleted.opcWorkRequestId);
    const gone = await waiters.forHostedApplicationIam({ hostedApplicationIamId }, ApplicationIam.Deleted);
    assert.equal(gone?.hostedApplicationIam.lifecycleState, ApplicationIam.Deleted);
  });

  it(
    verifies('management:oci-sdk', 'deploys, adds two artifacts, activates, rolls back, removes and deletes'),
    async () => {
      const hostedApplicationId = await makeApplication('versions');
      const made = await client.createHostedDeployment({
        createHostedDeploymentDetails: { compartmentId, hostedApplicationId, activeArtifact: echo(1) },
      });
      const hostedDeploymentId = made.hostedDeployment.id;
      await succeeded(made.opcWorkRequestId);
      await waiters.forHostedDeployment({ hostedDeploymentId }, Deployment.Active);
      const url = test.server.urls.applicationsPlain + invokePath(hostedApplicationId);
      const served = async (): Promise<number> => {
        const answer = await fetch(url, { headers: { connection: 'close' } });
        assert.equal(answer.status, 200);
        return JSON.parse(await answer.text()).pid;
      };
      const pids = [await served()];
      for (const version of [2, 3])
        await client.addArtifact({ hostedDeploymentId, addArtifactDetails: { artifact: echo(version) } });
      const get = async (): Promise<models.HostedDeployment> =>
        (await client.getHostedDeployment({ hostedDeploymentId })).hostedDeployment;
      const artifacts = (await get()).artifacts.toSorted((a, b) => Number(a.id) - Number(b.id));
      assert.deepEqual(
        artifacts.map(({ status }) => String(status)),
        ['ACTIVE', 'INACTIVE', 'INACTIVE'],
      );
      const [first, second, third] = artifacts;
      assert.ok(first && second && third);
      for (const activeArtifact of [second, third, first]) {
        const { opcWorkRequestId } = await client.updateHostedDeployment({
          hostedDeploymentId,
          updateHostedDeploymentDetails: { activeArtifact },
        });
        await succeeded(opcWorkRequestId);
        assert.equal((await get()).activeArtifact.id, activeArtifact.id);
        pids.push(await served());
      }
      assert.equal(new Set(pids).size, 4);

      const active = await refusal(
        client.deleteHostedDeploymentArtifact({ hostedDeploymentId, artifactId: first.id ?? '' }),
      );
      assert.ok([403, 409].includes(active.status) && active.code !== 'IncorrectState', active.message);
      await client.deleteHostedDeploymentArtifact({ hostedDeploymentId, artifactId: second.id ?? '' });
      assert.deepEqual(new Set((await get()).artifacts.map(({ id }) => id)), new Set([first.id, third.id]));
      const listed = await client.listHostedDeployments({
        compartmentId,
        applicationId: hostedApplicationId,
      });
      assert.equal(listed.hostedDeploymentCollection.items.length, 1);
      const running = await refusal(client.deleteHostedDeployment({ hostedDeploymentId }));
      assert.deepEqual([running.status, running.code], [403, 'NotAllowed']);
      const another = await refusal(
        client.createHostedDeployment({
          createHostedDeploymentDetails: { compartmentId, hostedApplicationId, activeArtifact: echo(4) },
        }),
      );
      assert.deepEqual([another.status, another.code], [409, 'Conflict']);
      const deleted = await client.deleteHostedApplication({ hostedApplicationId });
      await succeeded(deleted.opcWorkRequestId);
      const gone = await waiters.forHostedDeployment({ hostedDeploymentId }, Deployment.Deleted);
      assert.equal(gone?.hostedDeployment.lifecycleState, Deployment.Deleted);
    },
  );

  it(verifies('management:oci-sdk', 'reads why a deployment failed, and deletes it'), async () => {
    const hostedApplicationId = await makeApplication('broken');
    const broken = { ...echo(1), command: ['node', '-e', 'console.log("no key"); process.exit(3)'] };
    const made = await client.createHostedDeployment({
      createHostedDeploymentDetails: { compartmentId, hostedApplicationId, activeArtifact: broken },
    });
    const hostedDeploymentId = made.hostedDeployment.id;
    const workRequestId = made.opcWorkRequestId;
    assert.equal((await done(workRequestId)).status, WorkRequest.Failed);
    const { workRequestErrorCollection } = await client.listWorkRequestErrors({ workRequestId });
    const [error] = workRequestErrorCollection.items;
    assert.match(error?.message ?? '', /exit(ed)?.* 3[^]*no key/);
    const logs = await client.listWorkRequestLogs({ workRequestId, limit: 1 });
    assert.equal(logs.workRequestLogEntryCollection.items.length, 1);
    assert.ok(logs.opcNextPage);
    const { workRequestSummaryCollection } = await client.listWorkRequests({
      compartmentId,
      resourceId: hostedDeploymentId,
    });
    assert.deepEqual(
      workRequestSummaryCollection.items.map(({ id, status }) => [id, status]),
      [[workRequestId, WorkRequest.Failed]],
    );
    await waiters.forHostedDeployment({ hostedDeploymentId }, Deployment.Failed, Deployment.NeedsAttention);
    const deleted = await client.deleteHostedDeployment({ hostedDeploymentId });
    await succeeded(deleted.opcWorkRequestId);
    await waiters.forHostedDeployment({ hostedDeploymentId }, Deployment.Deleted);
  });

  it(
    verifies('management:oci-sdk', 'repeats a creation with its retry token, and gets the same object'),
    async () => {
      const details = { compartmentId, displayName: 'once', inboundAuthConfig: openToAll };
      const create = (displayName: string): ReturnType<typeof client.createHostedApplication> =>
        client.createHostedApplication({
          createHostedApplicationDetails: { ...details, displayName },
          opcRetryToken: 'the-same',
        });
      const answers = await Promise.all(Array.from({ length: 5 }, () => create('once')));
      assert.equal(new Set(answers.map(({ hostedApplication }) => hostedApplication.id)).size, 1);
      assert.equal(new Set(answers.map(({ opcWorkRequestId }) => opcWorkRequestId)).size, 1);
      const other = await refusal(create('twice'));
      assert.deepEqual([other.status, other.code], [409, 'InvalidatedRetryToken']);
      const listed = await client.listHostedApplications({ compartmentId, displayName: 'once' });
      assert.equal(listed.hostedApplicationCollection.items.length, 1);
    },
  );

  it(
    verifies('management:oci-sdk', 'repeats what the server may only do later, until it is done'),
    async () => {
      const hostedApplicationId = await makeApplication('busy');
      const retryConfiguration = {
        terminationStrategy: new MaxAttemptsTerminationStrategy(40),
        delayStrategy: new FixedTimeDelayStrategy(0.05),
      };
      const updates = await Promise.all(
        ['a', 'b', 'c', 'd'].map((description) =>
          client.updateHostedApplication({
            hostedApplicationId,
            updateHostedApplicationDetails: { description },
            retryConfiguration,
          }),
        ),
      );
      for (const { opcWorkRequestId } of updates) await succeeded(opcWorkRequestId);
    },
  );

  it(verifies('management:oci-sdk', 'repeats exactly the refusals that may pass'), () => {
    const { retryCondition } = OciSdkDefaultRetryConfiguration;
    assert.ok(retryCondition);
    const repeated = problemCodes.filter((code) =>
      retryCondition(new OciError(problemKinds[code].status, code, 'refused', null, '', '', '', '', '')),
    );
    assert.deepEqual(
      repeated,
      problemCodes.filter((code) => problemKinds[code].retryable),
    );
  });

  it(verifies('management:oci-sdk', 'pages through 250 applications, each once and in order'), async () => {
    const names = Array.from({ length: 250 }, (_, number) => `page-${String(number).padStart(3, '0')}`);
    const left = [...names];
    const make = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop())
        await client.createHostedApplication({
          createHostedApplicationDetails: { compartmentId, displayName: name, inboundAuthConfig: openToAll },
        });
    };
    await Promise.all(Array.from({ length: 8 }, make));
    const seen: string[] = [];
    const sizes: number[] = [];
    let page: string | undefined;
    do {
      const { hostedApplicationCollection, opcNextPage } = await client.listHostedApplications({
        compartmentId,
        limit: 100,
        sortBy: requests.ListHostedApplicationsRequest.SortBy.DisplayName,
        ...(page && { page }),
      });
      sizes.push(hostedApplicationCollection.items.length);
      seen.push(...hostedApplicationCollection.items.map(({ displayName }) => displayName));
      page = opcNextPage || undefined;
    } while (page);
    assert.deepEqual(
      seen.filter((name) => name.startsWith('page-')),
      names,
    );
    assert.deepEqual(sizes.slice(0, 2), [100, 100]);
  });

  it(verifies('management:oci-sdk', 'is told that there is no backend for a storage'), async () => {
    const refused = await refusal(
      client.createHostedApplicationStorage({
        createHostedApplicationStorageDetails: {
          compartmentId,
          displayName: 'cache',
          storageType: models.HostedApplicationStorage.StorageType.Cache,
        },
      }),
    );
    assert.match(refused.message, /backend/);
    const { hostedApplicationStorageCollection } = await client.listHostedApplicationStorages({
      compartmentId,
    });
    assert.deepEqual(hostedApplicationStorageCollection.items, []);
  });

  it(
    verifies('management:oci-sdk', 'waits for a storage that a backend made, moves, lists and deletes it'),
    async () => {
      const hostedApplicationStorageId =
        'ocid1.generativeaihostedapplicationstorage.mooring.local.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
      const storage = { hostedApplicationStorageId };
      const { Active, Deleted, Creating } = models.HostedApplicationStorage.LifecycleState;
      const absent = await refusal(waiters.forHostedApplicationStorage(storage, Deleted));
      assert.deepEqual([absent.status, absent.code], [404, 'NotAuthorizedOrNotFound']);

      using backend = standInForBackend(hostedApplicationStorageId);
      const creating = await client.getHostedApplicationStorage(storage);
      assert.equal(creating.hostedApplicationStorage.lifecycleState, Creating);
      const waiting = waiters.forHostedApplicationStorage(storage, Active);
      backend.finish();
      const active = await waiting;
      assert.equal(active?.hostedApplicationStorage.displayName, 'cache');
      const listed = await client.listHostedApplicationStorages({ compartmentId });
      assert.deepEqual(
        listed.hostedApplicationStorageCollection.items.map(({ id }) => id),
        [hostedApplicationStorageId],
      );
      await client.changeHostedApplicationStorageCompartment({
        ...storage,
        changeHostedApplicationStorageCompartmentDetails: { compartmentId },
      });
      const stale = await refusal(
        client.deleteHostedApplicationStorage({ ...storage, ifMatch: active.etag }),
      );
      assert.deepEqual([stale.status, stale.code], [412, 'NoEtagMatch']);
      const deleted = await client.deleteHostedApplicationStorage(storage);
      await succeeded(deleted.opcWorkRequestId);
      const gone = await waiters.forHostedApplicationStorage(storage, Deleted);
      assert.equal(gone?.hostedApplicationStorage.lifecycleState, Deleted);
    },
  );
});

interface Backend extends Disposable {
  /** The storage is ACTIVE from now on. */
  finish(): void;
}

/** Writes into the database what a backend would have a server write: no server provisions storages itself yet. */
function standInForBackend(id: string): Backend {
  const database = new DatabaseSync(join(test.server.config.dataDir, 'mooring.db'));
  const now = new Date().toISOString();
  const row = {
    id,
    version: 1,
    displayName: 'cache',
    compartmentId,
    storageType: 'CACHE',
    timeCreated: now,
    timeUpdated: now,
    lifecycleState: 'CREATING',
    freeformTagsJson: '{}',
    definedTagsJson: '{}',
  };
  const names = Object.keys(row);
  const marks = names.map(() => '?').join(', ');
  database.prepare(`insert into storages (${names.join(', ')}) values (${marks})`).run(...Object.values(row));
  return {
    finish: () => void database.prepare("update storages set lifecycleState = 'ACTIVE', version = 2").run(),
    [Symbol.dispose]: () => database.close(),
  };
}
