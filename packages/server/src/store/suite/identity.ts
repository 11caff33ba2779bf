/** The embedded identity domain: keys, issuers, clients, users, grants. */
import assert from 'node:assert/strict';
import type { ClientRecord } from '../../identity/store-port.ts';
import type { Change } from '../changes.ts';
import { differences } from '../versions.ts';
import type { StoreCase } from './case.ts';

const client: ClientRecord = {
  clientId: 'c',
  name: 'one',
  applicationId: 'app',
  role: undefined,
  secretHash: 'hash',
  grantTypes: ['client_credentials'],
  redirectUris: [],
  timeCreated: '2026-01-01T00:00:00.000Z',
};

export const identityCases: readonly StoreCase[] = [
  {
    name: 'the first key of a use stays, issuers are remembered once and in order',
    async run({ store, clock }) {
      const { keys, issuers } = store.identity;
      await keys.add({ use: 'token', secret: 'a' });
      await keys.add({ use: 'token', secret: 'b' });
      await keys.add({ use: 'cookie', secret: 'c' });
      assert.deepEqual(
        new Set(await keys.list()),
        new Set([
          { use: 'token', secret: 'a' },
          { use: 'cookie', secret: 'c' },
        ]),
      );
      for (const name of ['z', 'a', 'z']) {
        clock.advance(1);
        await issuers.remember(name);
      }
      assert.deepEqual(await issuers.list(), ['z', 'a']);
    },
  },
  {
    name: 'clients are replaced, listed by application without those that manage, and deleted, with notices',
    async run({ store }) {
      const { clients } = store.identity;
      const changes: Change[] = [];
      using _watch = store.changes.watch((change) => void changes.push(change));
      await clients.put(client);
      await clients.put({ ...client, name: 'two', redirectUris: ['https://app.test/'] });
      await clients.put({ ...client, clientId: 'm', applicationId: undefined, role: 'operator' });
      await clients.put({
        ...client,
        clientId: 'b',
        applicationId: 'other',
        timeCreated: '2025-01-01T00:00:00.000Z',
      });
      assert.deepEqual(await clients.get('c'), {
        ...client,
        name: 'two',
        redirectUris: ['https://app.test/'],
      });
      assert.equal((await clients.get('m'))?.role, 'operator');
      assert.deepEqual(
        (await clients.list()).map(({ clientId }) => clientId),
        ['b', 'c'],
      );
      assert.deepEqual(
        (await clients.list({ applicationId: 'app' })).map(({ clientId }) => clientId),
        ['c'],
      );
      assert.deepEqual([await clients.delete('c'), await clients.delete('c')], [true, false]);
      assert.equal(await clients.get('c'), undefined);
      assert.deepEqual(
        changes.map(({ kind, id }) => `${kind} ${id}`),
        ['client c', 'client c', 'client m', 'client b', 'client c'],
      );
    },
  },
  {
    name: 'a user name is taken once, and its password can be replaced',
    async run({ store }) {
      const { users } = store.identity;
      assert.equal(await users.add({ name: 'mona', passwordHash: 'a', role: undefined }), true);
      assert.equal(await users.add({ name: 'mona', passwordHash: 'b', role: 'admin' }), false);
      assert.deepEqual(await users.get('mona'), { name: 'mona', passwordHash: 'a', role: undefined });
      await users.put({ name: 'mona', passwordHash: 'c', role: 'operator' });
      await users.put({ name: 'zoe', passwordHash: 'd', role: undefined });
      assert.deepEqual(await users.get('mona'), { name: 'mona', passwordHash: 'c', role: 'operator' });
      assert.equal(await users.get('nobody'), undefined);
      assert.deepEqual(
        (await users.list()).map(({ name, role }) => [name, role]),
        [
          ['mona', 'operator'],
          ['zoe', undefined],
        ],
      );
    },
  },
  {
    name: 'a user is deleted with its grants, and nothing of another user',
    async run({ store }) {
      const { users, grants } = store.identity;
      const grant = { model: 'Grant', uid: undefined, grantId: undefined, payload: '{}' };
      const timeExpires = '2027-06-01T00:00:00.000Z';
      for (const name of ['mona', 'zoe']) {
        await users.add({ name, passwordHash: 'a', role: undefined });
        await grants.put({ ...grant, id: name, account: name, timeExpires });
      }
      assert.deepEqual([await users.delete('mona'), await users.delete('mona')], [true, false]);
      assert.equal(await grants.get('Grant', 'mona'), undefined);
      assert.equal((await grants.get('Grant', 'zoe'))?.account, 'zoe');
    },
  },
  {
    name: 'a revocation is noted, replaced by a later one, and purged when every token of it has expired',
    async run({ store }) {
      const { revocations, grants } = store.identity;
      const changes: Change[] = [];
      using _watch = store.changes.watch((change) => void changes.push(change));
      const revocation = {
        kind: 'user',
        id: 'mona',
        timeRevoked: '2026-01-01T00:00:00.000Z',
        timeExpires: '2026-01-01T01:00:00.000Z',
      } as const;
      await revocations.put(revocation);
      const later = { ...revocation, timeRevoked: '2026-01-01T00:30:00.000Z' };
      await revocations.put(later);
      await revocations.put(revocation);
      assert.deepEqual(await revocations.list(), [later]);
      assert.deepEqual(
        changes.map(({ kind, id }) => `${kind} ${id}`),
        ['revocation mona', 'revocation mona', 'revocation mona'],
      );
      await grants.purge('2026-01-01T01:00:00.001Z');
      assert.deepEqual(await revocations.list(), []);
    },
  },
  {
    name: 'who compares versions sees each revocation that came, was replaced or went',
    async run({ store }) {
      const { revocations, grants } = store.identity;
      const timeExpires = '2026-01-01T01:00:00.000Z';
      const revoked = { id: 'mona', timeRevoked: '2026-01-01T00:00:00.000Z', timeExpires };
      let known = await store.versions();
      const seen = async (): Promise<string[]> => {
        const found = await store.versions();
        const changes = differences(known, found);
        known = found;
        return changes.map(({ kind, id }) => `${kind} ${id}`);
      };
      await revocations.put({ ...revoked, kind: 'user' });
      assert.deepEqual(await seen(), ['revocation mona']);
      await revocations.put({ ...revoked, kind: 'client' });
      assert.deepEqual(await seen(), ['revocation mona']);
      await revocations.put({ ...revoked, kind: 'user', timeRevoked: '2026-01-01T00:00:00.001Z' });
      assert.deepEqual(await seen(), ['revocation mona']);
      assert.deepEqual(await seen(), []);
      await grants.purge('2026-01-01T01:00:00.001Z');
      assert.deepEqual(await seen(), ['revocation mona', 'revocation mona']);
    },
  },
  {
    name: 'a grant is found by both ids, consumed once, ended with its consent, and purged when it expired',
    async run({ store }) {
      const { grants } = store.identity;
      const grant = {
        model: 'RefreshToken',
        id: 'a',
        uid: 'u',
        grantId: 'g',
        account: 'mona',
        payload: '{}',
        timeExpires: '2027-06-01T00:00:00.000Z',
      };
      await grants.put(grant);
      await grants.put({ ...grant, payload: '{"a":1}' });
      const stored = { ...grant, payload: '{"a":1}', timeConsumed: undefined };
      assert.deepEqual(await grants.get('RefreshToken', 'a'), stored);
      assert.deepEqual(await grants.getByUid('RefreshToken', 'u'), stored);
      assert.equal(await grants.get('Session', 'a'), undefined);
      const consumed = await Promise.all([
        grants.consume('RefreshToken', 'a'),
        grants.consume('RefreshToken', 'a'),
      ]);
      assert.deepEqual(new Set(consumed), new Set([false, true]));
      assert.equal((await grants.get('RefreshToken', 'a'))?.timeConsumed, '2026-01-02T03:04:05.000Z');
      await grants.put({ ...grant, model: 'AuthorizationCode' });
      await grants.deleteByGrant('RefreshToken', 'g');
      assert.equal(await grants.get('RefreshToken', 'a'), undefined);
      await grants.purge('2027-06-01T00:00:00.000Z');
      assert.ok(await grants.get('AuthorizationCode', 'a'));
      await grants.purge('2027-06-01T00:00:00.001Z');
      assert.equal(await grants.get('AuthorizationCode', 'a'), undefined);
      await grants.put(grant);
      await grants.delete('RefreshToken', 'a');
      assert.equal(await grants.get('RefreshToken', 'a'), undefined);
    },
  },
];
