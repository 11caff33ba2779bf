/**
 * The contract of a runtime as tests. Every adapter calls this once, with a way to make itself and to run
 * app.fixture.ts as an artifact.
 */
import type { CreateArtifactDetails, LogLine } from '@mooring/contract';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { StartFailure, type Replica, type ReplicaPhase, type ReplicaSpec, type Runtime } from './runtime.ts';

export interface SuiteRuntime extends AsyncDisposable {
  /** Made with short probe intervals: some milliseconds. */
  readonly runtime: Runtime;
  /** app.fixture.ts as an artifact that behaves so. */
  artifact(...behaviour: string[]): CreateArtifactDetails;
  /** Another server over the same state starts this and is killed without notice. Returns the replica's URL. */
  crash(spec: ReplicaSpec): Promise<string>;
}

const signal = new AbortController().signal;

const MiB = 1024 * 1024;

/** What a container may use, for those who look at something else. */
export const limits = { containerMemoryBytes: 512 * MiB, containerCpus: 1, containerPids: 256 };

/** A spec of which tests name only what matters to them. */
export function specOf(artifact: CreateArtifactDetails, parts: Partial<ReplicaSpec> = {}): ReplicaSpec {
  return {
    id: `replica-${randomUUID()}`,
    applicationId: `application-${randomUUID()}`,
    applicationName: 'suite',
    artifactId: '1',
    artifact,
    environment: {},
    settings: { ...limits, startDeadline: 30, stopGrace: 10 },
    ...parts,
  };
}

/** Resolves when the replica is in that phase. */
export function phaseOf(replica: Replica, phase: ReplicaPhase): Promise<void> {
  return new Promise((resolve) => {
    if (replica.phase === phase) return resolve();
    const watch = replica.watch((now) => {
      if (now !== phase) return;
      watch[Symbol.dispose]();
      resolve();
    });
  });
}

export function urlOf({ address }: Replica): string {
  return `http://${address.host}:${address.port}`;
}

/** True when something answers there as the program does. An address that is nobody's may take its time to say so. */
async function serves(replicaUrl: string): Promise<boolean> {
  const limit = AbortSignal.timeout(1000);
  const answer = fetch(`${replicaUrl}/health`, { headers: { connection: 'close' }, signal: limit });
  return await answer.then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** How replicas fail to start, and what their owner must be told. */
const failures: { behaviour: string; listens: boolean; told: RegExp[] }[] = [
  {
    behaviour: 'exit',
    listens: false,
    told: [/exited with code 3/, /reading the configuration/, /no such table: forecasts/],
  },
  { behaviour: 'silent', listens: false, told: [/not ready within 1 s/, /connection refused/] },
  { behaviour: 'busy', listens: true, told: [/not ready within/, /answered 503/, /warming up/] },
  { behaviour: 'mute', listens: true, told: [/not ready within/, /timed out|had not answered/] },
  { behaviour: 'garbage', listens: true, told: [/not ready within/, /not HTTP/] },
];

/** Seconds for those that never listen: until the exit surely was noticed, or long enough to be told. */
const quietDeadlines: Readonly<Record<string, number>> = { exit: 30, silent: 1 };

export interface SuiteOptions {
  /** Why the suite cannot run here. Default: it can. */
  readonly skip?: string | undefined;
  /** Seconds in which app.fixture.ts surely listens, also while the machine is busy. Default 1. */
  readonly secondsToListen?: number;
  /** Why nothing can be adopted. Default: it can. */
  readonly adoptsNothing?: string;
}

type Make = (context: TestContext) => Promise<SuiteRuntime>;

export function runtimeSuite(name: string, make: Make, options: SuiteOptions = {}): void {
  const { skip = false, adoptsNothing = false, secondsToListen = 1 } = options;
  describe(`the ${name} runtime`, { skip }, () => {
    test('starts a replica, which becomes ready, serves and knows who it is', async (context) => {
      await using suite = await make(context);
      const spec = specOf(suite.artifact('serve'), { environment: { GREETING: 'hello' } });
      await using replica = await suite.runtime.start(spec, { signal });
      assert.equal(replica.id, spec.id);
      await replica.ready({ signal });
      assert.equal(replica.phase, 'ready');
      const environment: unknown = await (await fetch(`${urlOf(replica)}/environment`)).json();
      assert(typeof environment === 'object' && environment !== null);
      const expected = {
        GREETING: 'hello',
        MOORING_APPLICATION_ID: spec.applicationId,
        MOORING_APPLICATION_NAME: 'suite',
        MOORING_REPLICA_ID: spec.id,
      };
      assert.deepEqual({ ...environment, ...expected }, environment);
    });

    test('stops a replica, after which nobody answers', async (context) => {
      await using suite = await make(context);
      await using replica = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await replica.ready({ signal });
      const [first, second] = await Promise.all([replica.stop(), replica.stop()]);
      assert.deepEqual(first, second);
      assert.deepEqual(await replica.exited, first);
      assert.equal(replica.phase, 'stopped');
      assert.equal(await serves(urlOf(replica)), false);
    });

    test('asks a replica to end, and ends it when its grace is over; a later stop may shorten that', async (context) => {
      await using suite = await make(context);
      const settings = { ...limits, startDeadline: 30, stopGrace: 3600 };
      const spec = specOf(suite.artifact('stubborn'), { settings });
      await using replica = await suite.runtime.start(spec, { signal });
      await replica.ready({ signal });
      const patient = replica.stop();
      for await (const { text } of suite.runtime.logs(spec.applicationId, { follow: true, signal }))
        if (text === 'ignoring SIGTERM') break;
      assert.equal(await serves(urlOf(replica)), true);
      await replica.stop({ grace: 0.1 });
      assert.deepEqual(await patient, { code: null, signal: 'SIGKILL' });
      assert.equal(replica.wasKilled, false);
      assert.equal(await serves(urlOf(replica)), false);
    });

    test('starts nothing twice under one id, nor under an id that is no file name', async (context) => {
      await using suite = await make(context);
      const spec = specOf(suite.artifact('serve'));
      await using _replica = await suite.runtime.start(spec, { signal });
      for (const refused of [spec, { ...spec, id: '../x' }, { ...spec, applicationId: 'a/b' }])
        await assert.rejects(suite.runtime.start(refused, { signal }), TypeError);
    });

    for (const { behaviour, listens, told } of failures) {
      const deadline = listens ? secondsToListen : (quietDeadlines[behaviour] ?? 30);
      test(`says why a replica did not come up: ${behaviour}`, async (context) => {
        await using suite = await make(context);
        const spec = specOf(suite.artifact(behaviour), {
          settings: { ...limits, startDeadline: deadline, stopGrace: 1 },
        });
        await using replica = await suite.runtime.start(spec, { signal });
        const error: unknown = await replica.ready({ signal }).catch((reason: unknown) => reason);
        assert(error instanceof StartFailure, String(error));
        for (const pattern of told) assert.match(error.message, pattern);
        await replica.stop();
        assert.equal(replica.phase, 'stopped');
        assert.match(replica.reason ?? '', told[0] ?? /never/);
      });
    }

    test('stops waiting for a replica when the signal says so', async (context) => {
      await using suite = await make(context);
      await using replica = await suite.runtime.start(specOf(suite.artifact('silent')), { signal });
      const stop = new AbortController();
      const waiting = replica.ready({ signal: stop.signal });
      stop.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
    });

    test('tells what a replica uses, and nothing once it is gone', async (context) => {
      await using suite = await make(context);
      await using replica = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await replica.ready({ signal });
      const before = await replica.usage();
      assert(before && before.memoryBytes > 1_000_000, JSON.stringify(before));
      await fetch(`${urlOf(replica)}/burn?ms=300`);
      const after = await replica.usage();
      assert(after && after.cpuSeconds > before.cpuSeconds + 0.05, JSON.stringify({ before, after }));
      await replica.stop();
      assert.equal(await replica.usage(), undefined);
    });

    test('notices that a replica is no longer healthy, and says what it answered', async (context) => {
      await using suite = await make(context);
      await using replica = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await replica.ready({ signal });
      const unhealthy = phaseOf(replica, 'unhealthy');
      await fetch(`${urlOf(replica)}/sicken`);
      await unhealthy;
      assert.match(replica.reason ?? '', /\/health: answered 500.*3 times in a row/);
    });

    test('notices that a replica has exited, and says how', async (context) => {
      await using suite = await make(context);
      await using replica = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await replica.ready({ signal });
      await fetch(`${urlOf(replica)}/exit?code=7`).catch(() => undefined);
      assert.deepEqual(await replica.exited, { code: 7, signal: null });
      assert.equal(replica.phase, 'stopped');
      assert.match(replica.reason ?? '', /exited with code 7/);
    });

    for (const behaviour of ['silent', 'serve']) {
      test(`knows that a replica was killed from outside: ${behaviour}`, async (context) => {
        await using suite = await make(context);
        await using replica = await suite.runtime.start(specOf(suite.artifact(behaviour)), { signal });
        const ready = replica.ready({ signal });
        if (behaviour === 'serve') await ready;
        assert(replica.pid !== undefined);
        process.kill(replica.pid, 'SIGKILL');
        const rose = await ready.then(
          () => true,
          () => false,
        );
        // It is looked at as soon as it is known to have failed.
        if (rose) await phaseOf(replica, 'stopped');
        assert.deepEqual([rose, replica.wasKilled], [behaviour === 'serve', true]);
      });
    }

    test('collects what a killed server left behind, and only that', async (context) => {
      await using suite = await make(context);
      await using own = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await own.ready({ signal });
      const left = await suite.crash(specOf(suite.artifact('serve')));
      assert.equal(await serves(left), true);
      assert.equal(await suite.runtime.collect(), 1);
      assert.equal(await serves(left), false);
      assert.equal(await serves(urlOf(own)), true);
      assert.equal(await suite.runtime.collect(), 0);
    });

    test(
      'adopts what a killed server left, with the same program and environment only',
      { skip: adoptsNothing },
      async (context) => {
        await using suite = await make(context);
        const { runtime } = suite;
        const environment = { GREETING: 'hello' };
        const spec = specOf(suite.artifact('serve'), { environment });
        const other = specOf(suite.artifact('serve'), { applicationId: spec.applicationId });
        const url = await suite.crash(spec);
        const otherUrl = await suite.crash(other);
        await fetch(`${url}/say?text=alone`);
        const asked = { ...spec, id: `replica-${randomUUID()}` };
        assert.equal(await runtime.left?.(spec.applicationId), 1);
        assert.equal(await runtime.left?.('another'), 0);
        assert.equal(await runtime.adopt?.({ ...asked, environment: { GREETING: 'bye' } }), undefined);
        assert.equal(await runtime.adopt?.({ ...asked, artifactId: '2' }), undefined);
        await using adopted = await runtime.adopt?.(asked);
        assert(adopted);
        assert.equal(adopted.id, spec.id);
        assert.equal(await runtime.adopt?.(asked), undefined);
        await adopted.ready({ signal });
        assert.equal(urlOf(adopted), url);
        assert.equal(await runtime.collect(), 1);
        assert.equal(await serves(otherUrl), false);
        await fetch(`${url}/say?text=again`);
        await adopted.stop();
        const lines = await Array.fromAsync(runtime.logs(spec.applicationId, { signal }));
        const texts = lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
        assert.deepEqual(texts, ['alone', 'again']);
      },
    );

    test('lets go of replicas that go on, for another to adopt', { skip: adoptsNothing }, async (context) => {
      await using suite = await make(context);
      const spec = specOf(suite.artifact('serve'));
      const url = await suite.crash(spec);
      const adopted = await suite.runtime.adopt?.(spec);
      assert(adopted);
      await adopted.ready({ signal });
      await adopted.release?.();
      assert.equal(adopted.phase, 'stopped');
      assert.equal(await serves(url), true);
      assert.equal(await suite.runtime.collect(), 1);
      assert.equal(await serves(url), false);
    });

    test('keeps what replicas of an application wrote, and follows it', async (context) => {
      await using suite = await make(context);
      const applicationId = `application-${randomUUID()}`;
      await using first = await suite.runtime.start(specOf(suite.artifact('exit'), { applicationId }), {
        signal,
      });
      await first.exited;
      await using second = await suite.runtime.start(specOf(suite.artifact('serve'), { applicationId }), {
        signal,
      });
      await second.ready({ signal });
      const stop = new AbortController();
      const seen: LogLine[] = [];
      let said: Promise<unknown> = Promise.resolve();
      for await (const line of suite.runtime.logs(applicationId, { follow: true, signal: stop.signal })) {
        seen.push(line);
        if (line.text.startsWith('ready')) said = fetch(`${urlOf(second)}/say?text=ahoy`);
        if (line.text === 'ahoy') stop.abort();
      }
      await said;
      const written = seen
        .filter(({ stream }) => stream !== 'platform')
        .map(({ replicaId, stream, text }) => ({ replicaId, stream, text }));
      written.sort((a, b) => a.text.localeCompare(b.text));
      assert.deepEqual(written, [
        { replicaId: second.id, stream: 'stdout', text: 'ahoy' },
        { replicaId: first.id, stream: 'stderr', text: 'no such table: forecasts' },
        { replicaId: first.id, stream: 'stdout', text: 'reading the configuration' },
      ]);
    });

    test('tells the last lines of what was written, and nothing of an application that is forgotten', async (context) => {
      await using suite = await make(context);
      const spec = specOf(suite.artifact('exit'));
      const { applicationId } = spec;
      await using replica = await suite.runtime.start(spec, { signal });
      await replica.exited;
      await replica.stop();
      const all = await Array.fromAsync(suite.runtime.logs(applicationId, { signal }));
      const last = await Array.fromAsync(suite.runtime.logs(applicationId, { tail: 2, signal }));
      assert(all.length > 2);
      assert.deepEqual(last, all.slice(-2));
      await suite.runtime.forget(applicationId);
      assert.deepEqual(await Array.fromAsync(suite.runtime.logs(applicationId, { signal })), []);
    });

    test('ends everything when it is disposed', async (context) => {
      const suite = await make(context);
      const replica = await suite.runtime.start(specOf(suite.artifact('serve')), { signal });
      await replica.ready({ signal });
      await suite[Symbol.asyncDispose]();
      assert.equal(replica.phase, 'stopped');
      assert.equal(await serves(urlOf(replica)), false);
    });
  });
}
