/** The meter over real replicas: what it tells is what they tell of themselves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { engineForTests } from '../../runtime/docker/engine.fixture.ts';
import { buildBehaviours, openSandbox as openContainers } from '../../runtime/docker/sandbox.fixture.ts';
import { openSandbox as openProcesses } from '../../runtime/process/sandbox.fixture.ts';
import type { Replica } from '../../runtime/runtime.ts';
import { limits, specOf, urlOf, type SuiteRuntime } from '../../runtime/suite.ts';
import { eventually, openWorld, readyUrls, serveApplication } from '../world.fixture.ts';
import { Meter } from './usage.ts';

const { engine, missing } = await engineForTests();
const MiB = 1024 * 1024;
const { signal } = new AbortController();
const capacity = { cpus: 0.5, memory: limits.containerMemoryBytes };
const used = z.object({ user: z.number(), system: z.number() });

const runtimes: { kind: string; skip: string | false; make: () => Promise<SuiteRuntime> }[] = [
  { kind: 'processes', skip: false, make: () => openProcesses() },
  {
    kind: 'containers',
    skip: missing ?? false,
    make: async () => {
      if (!engine) throw new TypeError('there is no engine');
      return await openContainers(engine, await buildBehaviours(engine));
    },
  },
];

const ask = async (replica: Replica, path: string): Promise<string> =>
  await (await fetch(urlOf(replica) + path, { headers: { connection: 'close' } })).text();

/** Seconds of processor time, as the program itself knows. */
async function processorOf(replica: Replica): Promise<number> {
  const { user, system } = used.parse(JSON.parse(await ask(replica, '/processor')));
  return (user + system) / 1e6;
}

async function startReady(suite: SuiteRuntime): Promise<Replica> {
  const settings = { ...limits, containerCpus: capacity.cpus, startDeadline: 30, stopGrace: 1 };
  const replica = await suite.runtime.start(specOf(suite.artifact('serve'), { settings }), { signal });
  await replica.ready({ signal });
  return replica;
}

function assertNear(told: number | undefined, expected: number, share: number): void {
  const isNear = told !== undefined && Math.abs(told - expected) <= expected * share;
  assert.ok(isNear, `${told} is told, ${expected} expected`);
}

for (const { kind, skip, make } of runtimes)
  describe(`the meter of ${kind}`, { skip }, () => {
    test('tells the processor time of a busy program, in percent of its limit', async () => {
      await using suite = await make();
      await using replica = await startReady(suite);
      const meter = new Meter(() => performance.now());
      await meter.measure('CPU', [replica], capacity);
      const [begun, before] = [performance.now(), await processorOf(replica)];
      for (let count = 0; count < 6; count += 1) await ask(replica, '/burn?ms=250');
      const after = await processorOf(replica);
      const seconds = (performance.now() - begun) / 1000;
      await meter.measure('CPU', [replica], capacity);
      assertNear(meter.load, ((after - before) / seconds / capacity.cpus) * 100, 0.25);
    });

    test('tells the memory that a program takes, in percent of its limit', async () => {
      await using suite = await make();
      await using replica = await startReady(suite);
      const measure = async (): Promise<number> => {
        const meter = new Meter(() => performance.now());
        await meter.measure('MEMORY', [replica], capacity);
        return meter.load ?? assert.fail('nothing was measured');
      };
      const before = await measure();
      assert.ok(before > 2 && before < 50, String(before));
      await ask(replica, `/take?bytes=${150 * MiB}`);
      assertNear((await measure()) - before, ((150 * MiB) / capacity.memory) * 100, 0.25);
    });
  });

test('a program that is busy gets more replicas by its processor time, and the decision says so', async () => {
  await using world = await openWorld({ sampleEvery: 200 });
  const { application } = await serveApplication(world, 'serve', {
    scalingConfig: { scalingType: 'CPU', minReplica: 1, maxReplica: 2, targetCpuThreshold: 10 },
  });
  const [url] = readyUrls(world, application);
  await eventually(world, async () => {
    await (await fetch(`${url}/burn?ms=200`, { headers: { connection: 'close' } })).text();
    assert.equal(readyUrls(world, application).length, 2);
  });
  const { decisions } = world.reconciler.scaling(application.id) ?? assert.fail('nothing is known');
  assert.deepEqual([decisions[0]?.to, decisions[0]?.cause], [2, 'LOAD']);
  assert.match(decisions[0]?.reason ?? '', /% of a replica’s processor over/);
});
