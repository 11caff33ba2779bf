/** Transactions, notices, settings, retry tokens, replicas, compartments and facts. */
import assert from 'node:assert/strict';
import { defaultSettings } from '@mooring/contract';
import type { Change } from '../changes.ts';
import { retryTokenLife } from '../retry-tokens.ts';
import { newApplication, type StoreCase } from './case.ts';

export const transactionCases: readonly StoreCase[] = [
  {
    name: 'a transaction that throws leaves nothing and tells nobody',
    async run({ store }) {
      const heard: Change[] = [];
      using _watch = store.changes.watch((change) => heard.push(change));
      const wish = await newApplication(store);
      const failing = store.transaction(async (tx) => {
        await tx.applications.create(wish);
        await tx.meta.set('a', 'b');
        throw new Error('enough');
      });
      await assert.rejects(failing, /enough/);
      assert.deepEqual(await store.applications.list(), []);
      assert.equal(await store.meta.get('a'), undefined);
      assert.deepEqual(heard, []);
    },
  },
  {
    name: 'notices come after the commit, in order; a listener that throws or left disturbs nobody',
    async run({ store }) {
      const heard: Change[] = [];
      using _bad = store.changes.watch(() => {
        throw new Error('bad listener');
      });
      const gone = store.changes.watch(() => assert.fail('it has left'));
      gone[Symbol.dispose]();
      using _watch = store.changes.watch((change) => heard.push(change));
      const wish = await newApplication(store);
      const { id } = await store.transaction(async (tx) => {
        const created = await tx.applications.create(wish);
        await tx.settings.merge(created.id, { hold: 1 });
        assert.deepEqual(heard, []);
        return created;
      });
      await store.applications.setState(id, 'ACTIVE');
      assert.deepEqual(heard, [
        { kind: 'application', id },
        { kind: 'settings', id },
        { kind: 'application', id },
      ]);
    },
  },
  {
    name: 'the store itself inside a transaction is refused instead of waiting for ever',
    async run({ store }) {
      const misuses: (() => Promise<unknown>)[] = [
        () => store.applications.list(),
        () => store.meta.set('a', 'b'),
        () => store.transaction(async () => undefined),
      ];
      for (const misuse of misuses) await assert.rejects(store.transaction(misuse), TypeError);
      assert.deepEqual(await store.applications.list(), []);
    },
  },
  {
    name: 'writes at the same time do not get into each other',
    async run({ store }) {
      const { id } = await store.applications.create(await newApplication(store));
      const heard: number[] = [];
      using _watch = store.changes.watch(() => heard.push(heard.length));
      const changes = Array.from({ length: 40 }, (_, number) =>
        store.applications.change(id, { displayName: `a${number}` }),
      );
      const versions = (await Promise.all(changes)).map(({ version }) => version);
      assert.deepEqual(
        versions,
        versions.map((_, index) => index + 2),
      );
      assert.equal(heard.length, 40);
    },
  },
];

export const otherCases: readonly StoreCase[] = [
  {
    name: 'settings are the defaults with what was set laid over them',
    async run({ store }) {
      const { id } = await store.applications.create(await newApplication(store));
      assert.deepEqual(await store.settings.get(id), {
        applicationId: id,
        version: 0,
        settings: defaultSettings,
      });
      await store.settings.merge(id, { hold: 3, drainAfter: 60 });
      const merged = await store.settings.merge(id, { hold: 4 });
      assert.deepEqual(merged.settings, { ...defaultSettings, hold: 4, drainAfter: 60 });
      assert.equal(merged.version, 2);
      assert.deepEqual(await store.settings.get(id), merged);
    },
  },
  {
    name: 'a retry token is kept for 24 hours',
    async run({ store, clock }) {
      const token = { key: 'k', bodyHash: 'h', resourceId: 'r', workRequestId: undefined };
      await store.retryTokens.put(token);
      clock.advance(retryTokenLife - 1);
      assert.deepEqual(await store.retryTokens.get('k'), token);
      clock.advance(1);
      assert.equal(await store.retryTokens.get('k'), undefined);
      await store.retryTokens.put({ ...token, resourceId: 'r2' });
      assert.equal((await store.retryTokens.get('k'))?.resourceId, 'r2');
      clock.advance(retryTokenLife + 1);
      assert.equal(await store.purge(), 1);
    },
  },
  {
    name: 'replicas are remembered until they are removed',
    async run({ store }) {
      const wish = { id: 'r1', applicationId: 'a', artifactId: '1', revision: 2, runtime: 'process' };
      const created = await store.replicas.create(wish);
      assert.deepEqual([created.state, created.pid, created.version], ['STARTING', undefined, 1]);
      await store.replicas.create({ ...wish, id: 'r2', applicationId: 'b' });
      const patch = {
        pid: 42,
        processStarted: '17',
        port: 4711,
        state: 'READY',
        reason: 'x',
        restarts: 3,
      } as const;
      const changed = await store.replicas.change('r1', patch);
      assert.deepEqual(changed, { ...created, ...patch, version: 2 });
      assert.deepEqual(await store.replicas.list({ applicationId: 'a' }), [changed]);
      assert.equal((await store.replicas.change('r1', { reason: undefined }))?.reason, undefined);
      await store.replicas.remove('r1');
      assert.equal(await store.replicas.get('r1'), undefined);
      assert.equal(await store.replicas.change('r1', patch), undefined);
      assert.equal((await store.replicas.list()).length, 1);
    },
  },
  {
    name: 'there is one root compartment',
    async run({ store }) {
      const root = await store.compartments.root();
      assert.match(root.id, /^ocid1\.compartment\./);
      assert.deepEqual(await store.compartments.root(), root);
      assert.deepEqual(await store.compartments.list(), [root]);
      assert.deepEqual(await store.compartments.get(root.id), root);
      assert.equal(await store.compartments.get('nothing'), undefined);
    },
  },
  {
    name: 'a fact is made once and kept',
    async run({ store }) {
      assert.equal(await store.meta.ensure('a', () => 'first'), 'first');
      assert.equal(await store.meta.ensure('a', () => assert.fail('it is there')), 'first');
      await store.meta.set('a', 'second');
      assert.equal(await store.meta.get('a'), 'second');
    },
  },
];
