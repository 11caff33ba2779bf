/** What a running server tells Prometheus. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { verifies } from '@mooring/test/verifies';
import { tableOf } from '../fixtures/table.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { readFamilies, sample, scrape } from '../fixtures/prometheus.ts';
import { finished, startTestServer } from '../fixtures/server.ts';

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];

describe('/metrics', () => {
  it(
    verifies(
      'management:metrics',
      'counts what was served, by application and by replica, and what was refused',
    ),
    async () => {
      await using test = await startTestServer();
      const app = await test.deploy({ name: 'counted', command, workingDirectory });
      const token = bearer(await test.token(app.id));
      const application = app.id;
      for (let count = 0; count < 3; count += 1)
        await (await fetch(app.http(), { ...token, method: 'POST', body: 'twelve bytes' })).text();
      assert.equal((await fetch(app.http())).status, 401);
      assert.equal((await fetch(app.http().replace(application, 'nothing'))).status, 404);
      using live = await openLive(app.ws(), token);
      for (const text of ['one', 'two']) {
        live.send(text);
        await live.next();
      }
      const during = await scrape(test);
      assert.equal(sample(during, 'mooring_connections', { application }), 1);
      assert.equal(sample(during, 'mooring_messages_total', { application, direction: 'in' }), 2);
      live.socket.close();
      await live.closed;
      let after = await scrape(test);
      while (sample(after, 'mooring_connections', { application }) !== 0) {
        await wait(20);
        after = await scrape(test);
      }
      const [replica = ''] = (await test.management.status.application(app.id)).replicas.map(({ id }) => id);
      const expected: [string, Record<string, string>, number][] = [
        ['mooring_application_info', { application, name: 'counted' }, 1],
        ['mooring_replicas', { application, state: 'READY' }, 1],
        ['mooring_replicas_wanted', { application }, 1],
        ['mooring_connections_total', { application }, 1],
        ['mooring_requests_total', { application }, 3],
        ['mooring_answers_total', { application, code: '2xx' }, 3],
        ['mooring_messages_total', { application, direction: 'in' }, 2],
        ['mooring_messages_total', { application, direction: 'out' }, 2],
        ['mooring_replica_requests_total', { application, replica }, 3],
        ['mooring_replica_messages_total', { application, replica, direction: 'in' }, 2],
        ['mooring_refusals_total', { application, code: 'NotAuthenticated' }, 1],
        ['mooring_refusals_total', { application: '', code: 'NotAuthorizedOrNotFound' }, 1],
        ['mooring_request_seconds_count', { application }, 3],
        ['mooring_handshake_seconds_count', { application }, 1],
        ['mooring_queue_seconds_count', { application }, 4],
      ];
      for (const [name, labels, value] of expected)
        assert.equal(sample(after, name, labels), value, `${name} ${JSON.stringify(labels)}`);
      const bytes = sample(after, 'mooring_bytes_total', { application, direction: 'in' }) ?? 0;
      // Three bodies, two masked messages of three bytes, a masked close.
      assert.equal(bytes, 3 * 12 + 2 * (6 + 3) + 6);
    },
  );

  it(
    verifies('management:metrics', 'are in docs/operations.md, all of them with their type and labels'),
    async () => {
      await using test = await startTestServer();
      const app = await test.deploy({ name: 'listed', command, workingDirectory });
      await fetch(app.http(), bearer(await test.token(app.id)));
      await fetch(app.http());
      const all = await scrape(test);
      const labelsOf = (name: string): string => {
        const { labels = {} } = all.find((family) => family.name === name)?.metrics[0] ?? {};
        return Object.keys(labels).join();
      };
      const families = all.filter(({ help }) => help !== '');
      const served = families.map(({ name, type }) => {
        const labels = type === 'HISTOGRAM' ? labelsOf(`${name}_count`) : labelsOf(name);
        return [name, type.toLowerCase(), labels];
      });
      const rows = await tableOf('docs/operations.md', 'metric', 'type', 'labels');
      const told = rows.map(([name = '', type = '', labels = '']) => [
        name,
        type,
        labels.replaceAll(' ', ''),
      ]);
      // What has not happened has no sample, and so no labels to see.
      const quiet = new Set(['mooring_cold_starts_total', 'mooring_handshake_seconds']);
      const isQuiet = (name: string): boolean => quiet.has(name) || name.startsWith('mooring_mcp_');
      const lines = (table: string[][]): string[] =>
        table.map(([name = '', type, labels]) => (isQuiet(name) ? name : `${name} ${type} ${labels}`)).sort();
      assert.deepEqual(lines(told), lines(served));
    },
  );

  it(verifies('management:metrics', 'forgets a replica that is gone, and an application'), async () => {
    await using test = await startTestServer();
    const settings = { drainAfter: 0, drainSpread: 0 };
    const app = await test.deploy({ name: 'brief', command, workingDirectory, settings });
    const token = bearer(await test.token(app.id));
    const replicas = new Set<string>();
    for (const version of ['second', 'third']) {
      await (await fetch(app.http(), token)).text();
      const { deployment } = await test.management.status.application(app.id);
      const artifact = {
        artifactType: 'LOCAL_PROCESS_ARTIFACT' as const,
        command: [...command, version],
        workingDirectory,
      };
      const { deployments } = test.management;
      await finished(
        test.management,
        (await deployments.addArtifact(deployment?.id ?? '', artifact)).workRequestId,
      );
      const { workRequestId } = await deployments.update(deployment?.id ?? '', { activeArtifact: artifact });
      await finished(test.management, workRequestId);
      for (const { id } of (await test.management.status.application(app.id)).replicas) replicas.add(id);
    }
    while ((await test.management.status.application(app.id)).replicas.length > 1) await wait(20);
    const now = await scrape(test);
    const shown = now.find(({ name }) => name === 'mooring_replica_requests_total')?.metrics ?? [];
    assert.equal(shown.length, 1);
    assert.equal(sample(now, 'mooring_requests_total', { application: app.id }), 2);
    await finished(test.management, (await test.management.applications.delete(app.id)).workRequestId);
    const text = JSON.stringify(await scrape(test));
    assert.ok(!text.includes(app.id), 'nothing of the application is left');
  });

  it(verifies('management:metrics', 'gives only so many applications series of their own'), async () => {
    await using test = await startTestServer({ metricsApplications: 1 });
    const apps = [];
    for (const name of ['one', 'two', 'three'])
      apps.push(await test.deploy({ name, command, workingDirectory }));
    for (const app of apps) await (await fetch(app.http(), bearer(await test.token(app.id)))).text();
    const all = await scrape(test);
    assert.equal(all.find(({ name }) => name === 'mooring_requests_total')?.metrics.length, 2);
    assert.equal(sample(all, 'mooring_requests_total', { application: 'other' }), 2);
    assert.equal(sample(all, 'mooring_answers_total', { application: 'other', code: '2xx' }), 2);
    assert.equal(all.find(({ name }) => name === 'mooring_replica_requests_total')?.metrics.length, 1);
  });

  it(verifies('management:metrics', 'takes a credential, unless the operator opens it'), async () => {
    {
      await using test = await startTestServer();
      assert.equal((await fetch(`${test.server.urls.managementPlain}/metrics`)).status, 401);
      assert.equal((await fetch(`${test.server.urls.applicationsPlain}/metrics`)).status, 404);
    }
    await using test = await startTestServer({ openMetrics: true });
    const open = await fetch(`${test.server.urls.managementPlain}/metrics`);
    assert.equal(open.status, 200);
    assert.equal(sample(readFamilies(await open.text()), 'mooring_info'), 1);
  });
});
