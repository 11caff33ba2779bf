/** Transactions, notices, settings, retry tokens, replicas, leases, compartments and facts. */
import assert from 'node:assert/strict';
import { defaultSettings } from '@mooring/contract';
import type { Change } from '../changes.ts';
import { LeaseLost } from '../leases.ts';
import type { RunningReplica } from '../replicas.ts';
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
    name: 'a ticket is taken once, and goes when its time is over',
    async run({ store, clock }) {
      const caller = { kind: 'token', subject: 's', clientId: 'c', scope: 'i', issuer: 'https://i' } as const;
      const common = { applicationId: 'a', connectionId: 'n', expiresAt: clock.now() + 60_000 };
      const revocable = { subject: 's', clientId: 'c', issuedAt: 3, grant: 'g' };
      const first = { ...common, digest: 'd1', caller: { ...caller, expiresAt: 7, revocable } };
      const second = { ...common, digest: 'd2', caller: { ...caller, expiresAt: undefined } };
      for (const ticket of [first, second]) await store.tickets.add(ticket);
      const both = await Promise.all([store.tickets.take('d1'), store.tickets.take('d1')]);
      assert.deepEqual(
        both.filter((taken) => taken !== undefined),
        [first],
      );
      assert.equal(await store.purge(), 0);
      assert.deepEqual(await store.tickets.take('d2'), second);
      await store.tickets.add({ ...first, digest: 'd3' });
      clock.advance(60_001);
      assert.equal(await store.purge(), 1);
    },
  },
  {
    name: 'what runs of an application is what was put last, and is told of when it is another',
    async run({ store }) {
      const one: RunningReplica = {
        id: 'r1',
        artifactId: '1',
        nodeId: 'n',
        nodeAddress: undefined,
        address: undefined,
        runtime: 'process',
        state: 'STARTING',
        serving: undefined,
        reason: undefined,
        pid: 42,
        restarts: 0,
        timeStarted: '2026-01-01T00:00:00.000Z',
      };
      const ready = {
        ...one,
        state: 'READY',
        serving: 'ready',
        nodeAddress: 'n:1',
        address: '127.0.0.1:2',
      } as const;
      const heard: Change[] = [];
      using _watch = store.changes.watch((change) => heard.push(change));
      const list = async (applicationId: string) =>
        (await store.replicas.list({ applicationId })).map(({ id, version, state }) => [id, version, state]);
      await store.replicas.put('a', [one]);
      await store.replicas.put('b', [{ ...one, id: 'r2' }]);
      await store.replicas.put('a', [one]);
      assert.deepEqual(heard, [
        { kind: 'replica', id: 'a' },
        { kind: 'replica', id: 'b' },
      ]);
      await store.replicas.put('a', [ready, { ...one, id: 'r3' }]);
      assert.deepEqual(await list('a'), [
        ['r1', 2, 'READY'],
        ['r3', 1, 'STARTING'],
      ]);
      assert.deepEqual((await store.replicas.list({ applicationId: 'a' }))[0], {
        ...ready,
        applicationId: 'a',
        version: 2,
      });
      await store.replicas.put('a', [ready]);
      assert.deepEqual(await list('a'), [['r1', 2, 'READY']]);
      assert.equal((await store.replicas.list()).length, 2);
      await store.replicas.clear();
      assert.deepEqual(await store.replicas.list(), []);
      assert.equal(heard.length, 6);
    },
  },
  {
    name: 'a lease is taken by one, as long as it is as it was seen, and every holder has an epoch of its own',
    async run({ store: { leases } }) {
      const both = await Promise.all(['a', 'b'].map((holder) => leases.take('x', holder, undefined)));
      assert.deepEqual(both, [1, undefined]);
      const seen = await leases.get('x');
      assert.deepEqual(seen, { name: 'x', holder: 'a', epoch: 1, renewals: 0 });
      assert.equal(await leases.renew({ name: 'x', epoch: 1 }), true);
      assert.equal(await leases.take('x', 'b', seen), undefined);
      assert.equal(await leases.take('x', 'b', await leases.get('x')), 2);
      assert.equal(await leases.renew({ name: 'x', epoch: 1 }), false);
      await leases.release({ name: 'x', epoch: 1 });
      assert.equal((await leases.get('x'))?.holder, 'b');
      await leases.release({ name: 'x', epoch: 2 });
      assert.equal((await leases.get('x'))?.holder, undefined);
      assert.equal(await leases.get('y'), undefined);
    },
  },
  {
    name: 'nothing is written by who has lost the lease, from the moment that another takes it',
    async run({ store }) {
      const epoch = await store.leases.take('x', 'a', undefined);
      assert.ok(epoch);
      const fenced = store.fenced({ name: 'x', epoch });
      const { id } = await fenced.applications.create(await newApplication(store));
      await store.leases.take('x', 'b', await store.leases.get('x'));
      const late: (() => Promise<unknown>)[] = [
        () => fenced.applications.setState(id, 'ACTIVE'),
        () => fenced.replicas.put(id, []),
        () => fenced.transaction(async (tx) => await tx.meta.set('a', 'b')),
        () => fenced.purge(),
      ];
      for (const write of late) await assert.rejects(write(), LeaseLost);
      assert.equal((await fenced.applications.get(id))?.lifecycleState, 'CREATING');
      assert.equal(await store.meta.get('a'), undefined);
      assert.ok(await store.applications.setState(id, 'ACTIVE'));
    },
  },
  {
    name: 'there is one root compartment',
    async run({ store }) {
      const root = await store.compartments.root();
      assert.match(root.id, /^ocid1\.tenancy\./);
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
