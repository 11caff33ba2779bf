/** Deployments, their artifacts, and the wish for one of them. */
import assert from 'node:assert/strict';
import type { DeploymentRecord } from '../deployments.ts';
import { newDeployment, process, type StoreCase } from './case.ts';

const states = ({ artifacts }: DeploymentRecord): string => artifacts.map(({ status }) => status).join(' ');

export const deploymentCases: readonly StoreCase[] = [
  {
    name: 'a new deployment wants its first artifact, and activating it fulfils the wish',
    async run({ store }) {
      const created = await store.deployments.create(await newDeployment(store));
      assert.equal(created.lifecycleState, 'CREATING');
      assert.equal(created.activeArtifactId, undefined);
      assert.match(created.wantedArtifactId, /^\d+$/);
      assert.equal(states(created), 'UPDATING');
      assert.deepEqual(await store.deployments.get(created.id), created);
      const active = await store.deployments.activate(created.id, created.wantedArtifactId);
      assert.equal(active?.lifecycleState, 'ACTIVE');
      assert.equal(active.activeArtifactId, created.wantedArtifactId);
      assert.equal(states(active), 'ACTIVE');
      assert.deepEqual(await store.deployments.get(created.id), active);
    },
  },
  {
    name: 'another artifact takes over, and the earlier one can come back',
    async run({ store }) {
      const { id, wantedArtifactId: first } = await store.deployments.create(await newDeployment(store));
      await store.deployments.activate(id, first);
      const { id: second } = await store.deployments.addArtifact(id, process(2));
      const wanting = await store.deployments.want(id, second);
      assert.deepEqual([wanting.lifecycleState, wanting.activeArtifactId], ['UPDATING', first]);
      assert.equal(states(wanting), 'ACTIVE UPDATING');
      const replaced = await store.deployments.activate(id, second);
      assert.ok(replaced);
      assert.equal(states(replaced), 'INACTIVE ACTIVE');
      await store.deployments.want(id, first);
      assert.equal((await store.deployments.activate(id, first))?.activeArtifactId, first);
    },
  },
  {
    name: 'a wish given up leaves the artifact that serves; with none the deployment needs attention',
    async run({ store }) {
      const { id, wantedArtifactId: first } = await store.deployments.create(await newDeployment(store));
      const stuck = await store.deployments.reject(id, first, 'never ready');
      assert.deepEqual([stuck?.lifecycleState, stuck?.lifecycleDetails], ['NEEDS_ATTENTION', 'never ready']);
      assert.ok(stuck);
      assert.equal(states(stuck), 'FAILED');
      await store.deployments.want(id, first);
      await store.deployments.activate(id, first);
      const { id: second } = await store.deployments.addArtifact(id, process(2));
      await store.deployments.want(id, second);
      const back = await store.deployments.reject(id, second, 'exit 1');
      assert.ok(back);
      assert.deepEqual(
        [back.lifecycleState, back.activeArtifactId, back.wantedArtifactId],
        ['ACTIVE', first, first],
      );
      assert.equal(states(back), 'ACTIVE FAILED');
    },
  },
  {
    name: 'a fulfilment that comes too late changes nothing',
    async run({ store }) {
      const { id, wantedArtifactId: first } = await store.deployments.create(await newDeployment(store));
      const { id: second } = await store.deployments.addArtifact(id, process(2));
      await store.deployments.want(id, second);
      assert.equal(await store.deployments.activate(id, first), undefined);
      assert.equal(await store.deployments.reject(id, first, 'x'), undefined);
      await store.deployments.setState(id, 'DELETING');
      assert.equal(await store.deployments.activate(id, second), undefined);
      assert.equal((await store.deployments.get(id))?.lifecycleState, 'DELETING');
    },
  },
  {
    name: 'an application has one undeleted deployment',
    async run({ store }) {
      const wish = await newDeployment(store);
      const { id } = await store.deployments.create(wish);
      await assert.rejects(store.deployments.create(wish));
      assert.equal((await store.deployments.ofApplication(wish.hostedApplicationId))?.id, id);
      await store.deployments.setState(id, 'DELETED');
      assert.equal(await store.deployments.ofApplication(wish.hostedApplicationId), undefined);
      assert.equal(await store.deployments.setState(id, 'ACTIVE'), undefined);
      await store.deployments.create(wish);
      assert.equal((await store.deployments.list()).length, 2);
      assert.equal((await store.deployments.list({ undeleted: true })).length, 1);
    },
  },
  {
    name: 'artifacts come and go, each counts the version of the deployment',
    async run({ store }) {
      const { id, version } = await store.deployments.create(await newDeployment(store));
      const added = await store.deployments.addArtifact(id, process(2));
      assert.deepEqual(added.details, process(2));
      assert.equal(added.status, 'INACTIVE');
      const removed = await store.deployments.removeArtifact(id, added.id);
      assert.equal(removed.version, version + 2);
      assert.equal(removed.artifacts.length, 1);
      assert.notEqual((await store.deployments.addArtifact(id, process(3))).id, added.id);
    },
  },
  {
    name: 'a page carries the artifacts, and its filters narrow it',
    async run({ store }) {
      const first = await store.deployments.create(await newDeployment(store));
      const second = await store.deployments.create(await newDeployment(store));
      await store.deployments.change(second.id, { displayName: 'other', freeformTags: { a: 'b' } });
      const { compartmentId, hostedApplicationId } = first;
      const query = { compartmentId, sortBy: 'displayName', sortOrder: 'ASC', limit: 5 } as const;
      const { items } = await store.deployments.page(query);
      assert.deepEqual(
        items.map(({ displayName, artifacts }) => [displayName, artifacts.length]),
        [
          ['other', 1],
          ['weather', 1],
        ],
      );
      const mine = await store.deployments.page({ ...query, hostedApplicationId });
      assert.deepEqual(mine.items, [first]);
    },
  },
];
