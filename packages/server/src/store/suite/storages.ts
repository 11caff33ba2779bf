/** Storages, compartments, and applications of both kinds. */
import assert from 'node:assert/strict';
import type { Change } from '../changes.ts';
import type { NewStorage } from '../storages.ts';
import type { Store } from '../store.ts';
import { newApplication, type StoreCase } from './case.ts';

const newStorage = async (store: Store, given: Partial<NewStorage> = {}): Promise<NewStorage> => ({
  displayName: 'cache',
  description: 'fast',
  compartmentId: (await store.compartments.root()).id,
  storageType: 'CACHE',
  freeformTags: { team: 'x' },
  definedTags: { ns: { key: 7 } },
  ...given,
});

const oldestFirst = { sortBy: 'timeCreated', sortOrder: 'ASC', limit: 1 } as const;

export const storageCases: readonly StoreCase[] = [
  {
    name: 'a storage is made, moved and deleted, and every write counts',
    async run({ store, clock }) {
      const created = await store.storages.create(await newStorage(store));
      assert.deepEqual([created.version, created.lifecycleState], [1, 'CREATING']);
      assert.deepEqual(created.definedTags, { ns: { key: 7 } });
      assert.deepEqual(await store.storages.get(created.id), created);
      clock.advance(1000);
      const active = await store.storages.setState(created.id, 'ACTIVE', { from: ['CREATING'] });
      assert.deepEqual([active?.version, active?.lifecycleState], [2, 'ACTIVE']);
      assert.equal(await store.storages.setState(created.id, 'FAILED', { from: ['CREATING'] }), undefined);
      const target = await store.compartments.create('team-a');
      assert.ok(target && active);
      const moved = await store.storages.move(created.id, target.id);
      assert.deepEqual(moved, { ...active, version: 3, compartmentId: target.id });
      await store.storages.setState(created.id, 'DELETED');
      assert.equal(await store.storages.setState(created.id, 'ACTIVE'), undefined);
      clock.advance(31 * 24 * 3_600_000);
      await store.purge();
      assert.equal(await store.storages.get(created.id), undefined);
    },
  },
  {
    name: 'storages are listed page by page, by type, and tell who uses them',
    async run({ store, clock }) {
      const first = await store.storages.create(await newStorage(store));
      clock.advance(1000);
      const second = await store.storages.create(await newStorage(store, { storageType: 'ADB' }));
      const query = { ...oldestFirst, compartmentId: first.compartmentId };
      const page = await store.storages.page(query);
      assert.deepEqual(page.items, [first]);
      assert.deepEqual(await store.storages.page({ ...query, after: page.next }), {
        items: [second],
        next: undefined,
      });
      assert.deepEqual((await store.storages.page({ ...query, storageType: 'ADB' })).items, [second]);
      const storageConfigs = [{ environmentVariableKey: 'A', storageId: second.id }];
      const { id } = await store.applications.create(await newApplication(store, { storageConfigs }));
      assert.deepEqual(await store.storages.usedBy(second.id), [id]);
      assert.deepEqual(await store.storages.usedBy(first.id), []);
      await store.applications.setState(id, 'DELETED');
      assert.deepEqual(await store.storages.usedBy(second.id), []);
    },
  },
  {
    name: 'a compartment has a name of its own, and is told of when it comes and goes',
    async run({ store, clock }) {
      const heard: Change[] = [];
      const root = await store.compartments.root();
      clock.advance(1000);
      using _watch = store.changes.watch((change) => heard.push(change));
      const created = await store.compartments.create('team-a');
      assert.ok(created);
      assert.equal(created.parentId, root.id);
      assert.equal(await store.compartments.create('team-a'), undefined);
      assert.equal(await store.compartments.create(root.name), undefined);
      assert.deepEqual(await store.compartments.list(), [root, created]);
      const { id } = await store.applications.create(
        await newApplication(store, { compartmentId: created.id }),
      );
      await store.storages.create(await newStorage(store, { compartmentId: created.id }));
      assert.equal(await store.compartments.contents(created.id), 2);
      await store.applications.setState(id, 'DELETED');
      assert.equal(await store.compartments.contents(created.id), 1);
      assert.equal(await store.compartments.delete(created.id), true);
      assert.equal(await store.compartments.delete(created.id), false);
      const told = heard.filter(({ kind }) => kind === 'compartment');
      assert.deepEqual(
        told,
        Array.from({ length: 2 }, () => ({ kind: 'compartment', id: created.id })),
      );
    },
  },
  {
    name: 'applications without a configuration for tokens are IAM applications, and are listed apart',
    async run({ store }) {
      const plain = await store.applications.create(await newApplication(store));
      const iam = await store.applications.create(
        await newApplication(store, { inboundAuthConfig: undefined }),
      );
      assert.match(iam.id, /^ocid1\.generativeaihostedapplicationiam\./);
      assert.equal((await store.applications.get(iam.id))?.inboundAuthConfig, undefined);
      const query = { ...oldestFirst, limit: 10, compartmentId: plain.compartmentId };
      const idsOf = async (kind?: 'application' | 'applicationIam'): Promise<string[]> =>
        (await store.applications.page({ ...query, kind })).items.map(({ id }) => id);
      assert.deepEqual(await idsOf('application'), [plain.id]);
      assert.deepEqual(await idsOf('applicationIam'), [iam.id]);
      assert.equal((await idsOf()).length, 2);
      const changed = await store.applications.change(iam.id, { displayName: 'other' });
      assert.equal(changed.inboundAuthConfig, undefined);
      assert.deepEqual(await idsOf('applicationIam'), [iam.id]);
    },
  },
];
