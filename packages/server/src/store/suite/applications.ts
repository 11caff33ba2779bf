/** Applications and deletion of what is old. */
import assert from 'node:assert/strict';
import type { ApplicationQuery } from '../applications.ts';
import { StaleRow } from '../scope.ts';
import type { Store } from '../store.ts';
import { newApplication, newDeployment, type StoreCase } from './case.ts';

const day = 24 * 60 * 60 * 1000;

const names = (found: readonly { displayName: string }[]): string[] =>
  found.map(({ displayName }) => displayName);

async function readPages(store: Store, query: ApplicationQuery): Promise<string[]> {
  const read: string[] = [];
  for (let after = query.after; ;) {
    const { items, next } = await store.applications.page({ ...query, after });
    read.push(...names(items));
    if (!next) return read;
    after = next;
  }
}

export const applicationCases: readonly StoreCase[] = [
  {
    name: 'an application is read as it was written',
    async run({ store, clock }) {
      const wish = await newApplication(store, { description: 'x' });
      const created = await store.applications.create(wish);
      const time = new Date(clock.now()).toISOString();
      const { id, ...rest } = created;
      assert.match(id, /^ocid1\.generativeaihostedapplication\./);
      assert.deepEqual(rest, {
        ...wish,
        version: 1,
        revision: 1,
        timeCreated: time,
        timeUpdated: time,
        lifecycleState: 'CREATING',
        lifecycleDetails: undefined,
      });
      assert.deepEqual(await store.applications.get(id), created);
      assert.equal(await store.applications.get('nothing'), undefined);
    },
  },
  {
    name: 'a change counts the version, keeps the rest, and clears what it names as undefined',
    async run({ store, clock }) {
      const created = await store.applications.create(await newApplication(store, { description: 'x' }));
      clock.advance(1000);
      const changed = await store.applications.change(created.id, {
        displayName: 'b',
        description: undefined,
      });
      const timeUpdated = new Date(clock.now()).toISOString();
      assert.deepEqual(changed, {
        ...created,
        displayName: 'b',
        description: undefined,
        version: 2,
        timeUpdated,
      });
      assert.deepEqual(await store.applications.get(created.id), changed);
    },
  },
  {
    name: 'only a change of the environment counts the revision',
    async run({ store }) {
      const { id } = await store.applications.create(await newApplication(store));
      assert.equal((await store.applications.change(id, { displayName: 'b' })).revision, 1);
      assert.equal((await store.applications.change(id, { environmentVariables: [] })).revision, 2);
    },
  },
  {
    name: 'a change of a version that is gone is refused',
    async run({ store }) {
      const { id, version } = await store.applications.create(await newApplication(store));
      await store.applications.change(id, { displayName: 'b' }, { version });
      await assert.rejects(store.applications.change(id, { displayName: 'c' }, { version }), StaleRow);
      assert.equal((await store.applications.get(id))?.displayName, 'b');
    },
  },
  {
    name: 'a state moves only from the states that are named, and never from DELETED',
    async run({ store }) {
      const { id } = await store.applications.create(await newApplication(store));
      const from = ['CREATING', 'UPDATING'] as const;
      assert.equal((await store.applications.setState(id, 'DELETING'))?.lifecycleState, 'DELETING');
      assert.equal(await store.applications.setState(id, 'ACTIVE', { from }), undefined);
      const failed = await store.applications.setState(id, 'FAILED', { details: 'why' });
      assert.equal(failed?.lifecycleDetails, 'why');
      assert.equal((await store.applications.setState(id, 'DELETED'))?.lifecycleDetails, undefined);
      assert.equal(await store.applications.setState(id, 'ACTIVE'), undefined);
      assert.equal(await store.applications.setState('nothing', 'ACTIVE'), undefined);
    },
  },
  {
    name: 'pages follow the order that was asked for, and names sort by their code points',
    async run({ store, clock }) {
      for (const displayName of ['b', 'B', '_', 'a', 'Z', 'a-b', 'aB', 'a_b']) {
        clock.advance(1);
        await store.applications.create(await newApplication(store, { displayName }));
      }
      const { id: compartmentId } = await store.compartments.root();
      const inNames = { compartmentId, sortBy: 'displayName', limit: 3 } as const;
      const byName = ['B', 'Z', '_', 'a', 'a-b', 'aB', 'a_b', 'b'];
      assert.deepEqual(await readPages(store, { ...inNames, sortOrder: 'ASC' }), byName);
      assert.deepEqual(await readPages(store, { ...inNames, sortOrder: 'DESC' }), byName.toReversed());
      const inTime = { compartmentId, sortBy: 'timeCreated', limit: 8 } as const;
      const byTime = ['b', 'B', '_', 'a', 'Z', 'a-b', 'aB', 'a_b'];
      assert.deepEqual(await readPages(store, { ...inTime, sortOrder: 'ASC' }), byTime);
    },
  },
  {
    name: 'rows with the same sort value are each on exactly one page',
    async run({ store }) {
      for (let count = 0; count < 7; count += 1) await store.applications.create(await newApplication(store));
      const { id: compartmentId } = await store.compartments.root();
      const seen = new Set<string>();
      let after: ApplicationQuery['after'];
      for (let page = 0; page < 4; page += 1) {
        const query = {
          compartmentId,
          sortBy: 'lifecycleState',
          sortOrder: 'DESC',
          limit: 2,
          after,
        } as const;
        const found = await store.applications.page(query);
        for (const { id } of found.items) seen.add(id);
        after = found.next;
      }
      assert.equal(seen.size, 7);
      assert.equal(after, undefined);
    },
  },
  {
    name: 'filters narrow a page, and the list leaves deleted ones out',
    async run({ store }) {
      const a = await store.applications.create(await newApplication(store, { displayName: 'a' }));
      const b = await store.applications.create(await newApplication(store, { displayName: 'b' }));
      await store.applications.setState(b.id, 'DELETED');
      const all = {
        compartmentId: a.compartmentId,
        sortBy: 'displayName',
        sortOrder: 'ASC',
        limit: 9,
      } as const;
      const found = async (filter: Partial<ApplicationQuery>): Promise<string[]> =>
        names((await store.applications.page({ ...all, ...filter })).items);
      assert.deepEqual(await found({}), ['a', 'b']);
      assert.deepEqual(await found({ lifecycleState: 'DELETED' }), ['b']);
      assert.deepEqual(await found({ displayName: 'a' }), ['a']);
      assert.deepEqual(await found({ id: b.id }), ['b']);
      assert.deepEqual(await found({ compartmentId: 'elsewhere' }), []);
      assert.deepEqual(names(await store.applications.list({ undeleted: true })), ['a']);
      assert.equal((await store.applications.list()).length, 2);
    },
  },
  {
    name: 'a joined scope belongs to one undeleted application',
    async run({ store }) {
      const wish = await newApplication(store, { joinedScope: 'weatherinvoke' });
      const { id } = await store.applications.create(wish);
      await assert.rejects(store.applications.create(wish));
      assert.equal((await store.applications.withJoinedScope('weatherinvoke'))?.id, id);
      await store.applications.setState(id, 'DELETED');
      assert.equal(await store.applications.withJoinedScope('weatherinvoke'), undefined);
      assert.notEqual((await store.applications.create(wish)).id, id);
    },
  },
  {
    name: 'its OAuth clients end with an application, and no others',
    async run({ store }) {
      const { id } = await store.applications.create(await newApplication(store));
      const client = { name: 'c', role: undefined, secretHash: 'h', grantTypes: [], redirectUris: [] };
      for (const [clientId, applicationId] of [
        ['own', id],
        ['other', undefined],
      ] as const)
        await store.identity.clients.put({
          ...client,
          clientId,
          applicationId,
          timeCreated: '2026-01-01T00:00:00Z',
        });
      await store.applications.setState(id, 'DELETING');
      assert.notEqual(await store.identity.clients.get('own'), undefined);
      await store.applications.setState(id, 'DELETED');
      assert.equal(await store.identity.clients.get('own'), undefined);
      assert.notEqual(await store.identity.clients.get('other'), undefined);
    },
  },
  {
    name: 'a purge removes what was deleted 30 days ago, with all that hangs on it, and nothing else',
    async run({ store, clock }) {
      const old = await store.deployments.create(await newDeployment(store));
      await store.settings.merge(old.hostedApplicationId, { hold: 1 });
      await store.deployments.setState(old.id, 'DELETED');
      await store.applications.setState(old.hostedApplicationId, 'DELETED');
      const kept = await store.applications.create(await newApplication(store));
      clock.advance(29 * day);
      const young = await store.applications.create(await newApplication(store));
      await store.applications.setState(young.id, 'DELETED');
      assert.equal(await store.purge(), 0);
      clock.advance(day + 1);
      assert.equal(await store.purge(), 2);
      assert.equal(await store.deployments.get(old.id), undefined);
      assert.equal((await store.settings.get(old.hostedApplicationId)).version, 0);
      const left = (await store.applications.list()).map(({ id }) => id);
      assert.deepEqual(left.sort(), [kept.id, young.id].sort());
    },
  },
];
