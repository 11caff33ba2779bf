import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, test, type TestContext } from 'node:test';
import { openRevocations } from '../../identity/revocations.ts';
import { systemClock as clock, systemRandom as random } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import type { Change } from '../changes.ts';
import { openStore } from '../open.ts';
import { StaleRow } from '../scope.ts';
import type { Store } from '../store.ts';
import { newApplication, newDeployment } from '../suite/case.ts';
import { isAway } from './away.ts';
import { password, postgresMissing, startPostgres, type TestPostgres } from './postgres.fixture.ts';

const postgres = await startPostgres();
// Here, not in the suite: a suite of which no test was asked for does not clean up.
after(() => postgres?.[Symbol.asyncDispose]());
if (postgres === undefined) test('several nodes on one PostgreSQL', { skip: postgresMissing });
else describe('several nodes on one PostgreSQL', () => severalNodes(postgres));

/** Resolves with the first change that the test accepts; gives up after 60 s. */
async function heard(store: Store, accepts: (change: Change) => boolean): Promise<Change> {
  const signal = AbortSignal.timeout(60_000);
  const { promise, resolve } = Promise.withResolvers<Change>();
  using _watch = store.changes.watch((change) => accepts(change) && resolve(change));
  const late = once(signal, 'abort').then(() => assert.fail('no such change was heard'));
  return await Promise.race([promise, late]);
}

function severalNodes(postgres: TestPostgres): void {
  let count = 0;

  async function open(t: TestContext, nodes: number): Promise<{ url: string; stores: Store[] }> {
    const url = await postgres.database(`nodes${(count += 1)}`);
    const opened = Array.from({ length: nodes }, () => openStore({ path: '', url, clock, random }));
    const stores = await Promise.all(opened);
    t.after(async () => void (await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))));
    return { url, stores };
  }

  /** Ends the connections on which nodes hear of changes; they catch up with what they missed when they are back. */
  async function deafen(url: string): Promise<number> {
    const ended = await postgres.run(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and (query like 'listen %' or query = 'select 1')`,
    );
    return ended.length;
  }

  test('nodes that begin at the same time make the tables and the root compartment once', async (t) => {
    const { stores } = await open(t, 4);
    const roots = await Promise.all(stores.map((store) => store.compartments.root()));
    assert.equal(new Set(roots.map(({ id }) => id)).size, 1);
    assert.equal((await stores[0]?.compartments.list())?.length, 1);
  });

  test('what one node changes the others hear of, and each hears its own once', async (t) => {
    const { stores } = await open(t, 2);
    const [one, other] = stores;
    assert.ok(one && other);
    const own: Change[] = [];
    using _own = one.changes.watch((change) => void own.push(change));
    const hearing = heard(other, ({ kind }) => kind === 'application');
    const { id } = await one.applications.create(await newApplication(one));
    assert.deepEqual(await hearing, { kind: 'application', id });
    const back = heard(one, ({ kind }) => kind === 'settings');
    await other.settings.merge(id, { hold: 7 });
    await back;
    assert.deepEqual(own, [
      { kind: 'application', id },
      { kind: 'settings', id },
    ]);
  });

  test('of changes with the same version one is accepted, and nothing is lost between two nodes', async (t) => {
    const { stores } = await open(t, 2);
    const [one, other] = stores;
    assert.ok(one && other);
    const { id, version } = await one.applications.create(await newApplication(one));
    const writers = Array.from({ length: 20 }, (_, number) => (number % 2 ? one : other));
    const results = await Promise.allSettled(
      writers.map(({ applications }, number) =>
        applications.change(id, { displayName: `a${number}` }, { version }),
      ),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(refused.length, 19);
    assert.ok(refused.every((reason) => reason instanceof StaleRow));
    const all = await Promise.all(
      writers.map(({ applications }, number) => applications.change(id, { displayName: `b${number}` })),
    );
    assert.equal(new Set(all.map((record) => record.version)).size, 20);
    assert.equal((await one.applications.get(id))?.version, version + 21);
  });

  test('what can be there once is there once, whoever is asked', async (t) => {
    const { stores } = await open(t, 2);
    const [one, other] = stores;
    assert.ok(one && other);
    const wish = await newDeployment(one);
    const made = await Promise.allSettled(
      Array.from({ length: 6 }, (_, number) => (number % 2 ? one : other).deployments.create(wish)),
    );
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1);
    const facts = await Promise.all(
      [one, other].map((store, index) => store.meta.ensure('k', () => `${index}`)),
    );
    assert.equal(new Set(facts).size, 1);
    const ids = await Promise.all(
      Array.from({ length: 10 }, async (_, number) => {
        const store = number % 2 ? one : other;
        const deployment = await store.deployments.create(await newDeployment(store));
        return deployment.wantedArtifactId;
      }),
    );
    assert.equal(new Set(ids).size, 10);
  });

  test('a node that stops inside its transaction loses its turn', async (t) => {
    const { stores } = await open(t, 2);
    const [one, other] = stores;
    assert.ok(one && other);
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const stopped = one.transaction(async (tx) => {
      await tx.meta.set('a', 'stopped');
      begun.resolve();
      await goOn.promise;
    });
    await begun.promise;
    await other.meta.set('a', 'went on');
    goOn.resolve();
    await assert.rejects(stopped, (error) => isAway(error));
    assert.equal(await one.meta.get('a'), 'went on');
  });

  test('a database that goes away is said to be, and is used again when it is back, with what was missed', async (t) => {
    const { url, stores } = await open(t, 2);
    const [one, other] = stores;
    assert.ok(one && other);
    const { id } = await one.applications.create(await newApplication(one));
    await postgres.kill();
    await assert.rejects(one.applications.get(id), (error) => isAway(error));
    await assert.rejects(one.meta.set('a', 'b'), (error) => isAway(error));
    const hearing = Promise.all(
      [one, other].map((store) =>
        heard(store, (change) => change.kind === 'application' && change.id === id),
      ),
    );
    await postgres.start();
    await postgres.run(url, `update applications set version = version + 1, "displayName" = 'missed'`);
    // They may have been back before that.
    await deafen(url);
    await hearing;
    assert.equal((await one.applications.get(id))?.displayName, 'missed');
  });

  test('a revocation whose notice was missed is caught up with, also one that is written again', async (t) => {
    const { url, stores } = await open(t, 1);
    const [store] = stores;
    assert.ok(store);
    await using revocations = await openRevocations(store, openLog('silent'));
    for (const minute of ['01', '02', '03']) {
      const time = `2026-01-01T00:${minute}:00.000Z`;
      const token = { subject: 'mona', clientId: 'app', issuedAt: Date.parse(time) };
      assert.equal(revocations.isRevoked(token), false);
      const hearing = heard(store, ({ kind, id }) => kind === 'revocation' && id === 'mona');
      const reading = Promise.withResolvers<void>();
      using _watch = revocations.watch(reading.resolve);
      await postgres.run(
        url,
        `insert into "identityRevocations" values ('user', 'mona', '${time}', '2126-01-01T00:00:00.000Z')
         on conflict ("kind", "id") do update set "timeRevoked" = excluded."timeRevoked"`,
      );
      assert.ok((await deafen(url)) > 0);
      await hearing;
      await reading.promise;
      assert.equal(revocations.isRevoked(token), true);
    }
  });

  const wrong = [
    { name: 'a wrong password', change: (url: URL) => void (url.password = 'wr0ng'), says: /password/ },
    {
      name: 'another database',
      change: (url: URL) => void (url.pathname = '/absent'),
      says: /does not exist/,
    },
    {
      name: 'another place',
      change: (url: URL) => url.searchParams.set('host', '/nonexistent'),
      says: /ENOENT.*--database/,
    },
  ];
  for (const { name, change, says } of wrong)
    test(`${name} is told at the start, without the password`, async () => {
      const url = new URL(await postgres.database('wrong'));
      change(url);
      await assert.rejects(openStore({ path: '', url: url.href, clock, random }), (error: Error) => {
        assert.match(error.message, says);
        assert.match(error.message, /postgres:\/\/localhost\/\w+/);
        for (let one: unknown = error; one instanceof Error; one = one.cause)
          assert.doesNotMatch(`${one.stack} ${JSON.stringify(one)}`, new RegExp(`${password}|wr0ng`));
        return true;
      });
    });

  test('a URL that is none is not repeated', async () => {
    const url = `postgres://mooring:${password}@:x/`;
    await assert.rejects(openStore({ path: '', url, clock, random }), (error: Error) => {
      assert.doesNotMatch(error.message, new RegExp(password));
      return error instanceof TypeError;
    });
  });
}
