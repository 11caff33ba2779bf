/** API keys, the audit log, and what is put around transactions. */
import assert from 'node:assert/strict';
import type { NewApiKey } from '../api-keys.ts';
import { auditLife, type NewAuditEntry } from '../audit.ts';
import type { Change } from '../changes.ts';
import type { Store } from '../store.ts';
import { newApplication, type StoreCase } from './case.ts';

const key: NewApiKey = {
  name: 'laptop',
  role: 'operator',
  tenancy: 'ocid1.tenancy.a',
  user: 'ocid1.user.b',
  fingerprint: '12:34',
  publicKey: 'PEM',
};

const entry: NewAuditEntry = {
  subject: 'ann',
  address: '127.0.0.1',
  opcRequestId: 'R1',
  operation: 'PUT /20231130/hostedApplications/{id}',
  outcome: 'SUCCEEDED',
};

const newestFirst = { sortBy: 'timestamp', sortOrder: 'DESC', limit: 2 } as const;

export const keyCases: readonly StoreCase[] = [
  {
    name: 'an API key is found by what signatures name, and gone when it was deleted',
    async run({ store }) {
      const heard: Change[] = [];
      using _watch = store.changes.watch((change) => heard.push(change));
      const created = await store.apiKeys.create(key);
      assert.ok(created);
      assert.equal(created.keyId, 'ocid1.tenancy.a/ocid1.user.b/12:34');
      assert.deepEqual(await store.apiKeys.withKeyId(created.keyId), created);
      assert.deepEqual(await store.apiKeys.get(created.id), created);
      assert.equal(await store.apiKeys.create(key), undefined);
      assert.deepEqual(await store.apiKeys.list(), [created]);
      assert.equal(await store.apiKeys.delete(created.id), true);
      assert.equal(await store.apiKeys.delete(created.id), false);
      assert.equal(await store.apiKeys.withKeyId(created.keyId), undefined);
      assert.deepEqual(
        heard,
        Array.from({ length: 2 }, () => ({ kind: 'apiKey', id: created.id })),
      );
    },
  },
  {
    name: 'a key for nobody in particular gets a user of its own',
    async run({ store }) {
      const { user: _user, ...nobodys } = key;
      const created = await store.apiKeys.create(nobodys);
      const again = await store.apiKeys.create(nobodys);
      assert.match(created?.user ?? '', /^ocid1\.user\./);
      assert.notEqual(again?.user, created?.user);
    },
  },
  {
    name: 'the audit log is read page by page, since a time, by resource and by subject, and kept for 90 days',
    async run({ store, clock }) {
      const first = await store.audit.add({ ...entry, keyId: 'k', resourceId: 'r', after: { a: [1] } });
      clock.advance(1000);
      const second = await store.audit.add({ ...entry, subject: 'bob', clientId: 'c', issuer: 'i' });
      clock.advance(1000);
      const third = await store.audit.add({ ...entry, outcome: 'REFUSED', code: 'Conflict', before: {} });
      const page = await store.audit.page(newestFirst);
      assert.deepEqual(page.items, [third, second]);
      const rest = await store.audit.page({ ...newestFirst, after: page.next });
      assert.deepEqual(rest, { items: [first], next: undefined });
      const filtered = async (filter: object): Promise<unknown> =>
        (await store.audit.page({ ...newestFirst, ...filter })).items;
      assert.deepEqual(await filtered({ since: third.timestamp }), [third]);
      assert.deepEqual(await filtered({ resourceId: 'r' }), [first]);
      assert.deepEqual(await filtered({ subject: 'bob' }), [second]);
      clock.advance(auditLife - 1500);
      assert.equal(await store.purge(), 1);
      assert.deepEqual(await filtered({}), [third, second]);
    },
  },
  {
    name: 'what is around a store sees each of its transactions from inside',
    async run({ store }) {
      const seen: string[] = [];
      const watched: Store = store.around(async (work, { tx, noted }) => {
        assert.deepEqual(noted, []);
        const result = await work();
        seen.push(noted.map(({ kind }) => kind).join(' '));
        await tx.meta.set('seen', String(seen.length));
        return result;
      });
      const { id } = await watched.applications.create(await newApplication(store));
      await watched.transaction(async (tx) => {
        await tx.applications.setState(id, 'ACTIVE');
        await tx.settings.merge(id, { hold: 1 });
      });
      await store.applications.setState(id, 'UPDATING');
      assert.deepEqual(seen, ['application', 'application settings']);
      assert.equal(await store.meta.get('seen'), '2');
      await assert.rejects(
        store
          .around(async (work) => {
            await work();
            throw new Error('enough');
          })
          .applications.setState(id, 'FAILED'),
        /enough/,
      );
      assert.equal((await store.applications.get(id))?.lifecycleState, 'UPDATING');
    },
  },
];
