import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noDemand } from '../directory/demand.ts';
import { systemClock } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { Autoscaler } from './autoscale/autoscaler.ts';
import { makeStage, type Stage } from './copy.fixture.ts';
import { atOnce, dismiss, retire, type DrainOptions } from './drain.ts';
import type { Drain, DrainPlan } from './tools.ts';

interface Scene extends Stage {
  readonly options: DrainOptions;
  readonly drains: DrainPlan[];
  readonly gone: Promise<void>;
}

async function openScene(settings: DrainOptions['settings'], drain?: Drain): Promise<Scene> {
  const stage = makeStage();
  await stage.until(() => stage.copy.state === 'ready');
  const drains: DrainPlan[] = [];
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const facts = {
    applicationId: 'a',
    autoscaler: idleAutoscaler,
    wish: undefined,
    copies: [stage.copy],
    served: undefined,
    refused: undefined,
  };
  const tools = {
    log: openLog('silent'),
    changed: (): void => (facts.copies.length === 0 ? resolve() : undefined),
    drain: async (id: string, plan: DrainPlan): Promise<void> => {
      drains.push(plan);
      assert.equal(stage.runtime.latest.phase === 'stopped', false);
      await drain?.(id, plan);
    },
  };
  return { ...stage, drains, gone, options: { facts, tools, settings } };
}

const idleAutoscaler = new Autoscaler({
  applicationId: 'a',
  demand: () => noDemand,
  clock: systemClock,
  log: openLog('silent'),
});

describe('a copy that leaves', () => {
  test('drains as the settings say, and stops as soon as it serves nothing', async () => {
    const settings = { drainAfter: 60, drainSpread: 3, drainRequests: 7 };
    const { copy, runtime, options, drains, gone } = await openScene(settings, async () => {
      assert.equal(copy.role, 'retiring');
    });
    retire(copy, options);
    retire(copy, options);
    await gone;
    assert.deepEqual(drains, [{ after: 60, spread: 3, requests: 7, closes: 65 }]);
    assert.equal(runtime.latest.phase, 'stopped');
  });

  test('goes at once when it is dismissed, also in the middle of its time', async () => {
    const { copy, options, drains, gone } = await openScene({
      drainAfter: 3600,
      drainSpread: 3600,
      drainRequests: 0,
    });
    retire(copy, options);
    dismiss(copy, options);
    await gone;
    assert.deepEqual(drains.at(-1), atOnce);
  });

  test('is hurried out of a long drain', async () => {
    const { copy, options, drains, gone } = await openScene(
      { drainAfter: 0, drainSpread: 3600, drainRequests: 0 },
      async (_, plan) => {
        if (plan === atOnce) return;
        dismiss(copy, options);
        await new Promise(() => {});
      },
    );
    retire(copy, options);
    await gone;
    assert.deepEqual(
      drains.map(({ spread }) => spread),
      [3600, 0],
    );
  });

  test('does not wait for its time when its replica ends first', async () => {
    const scene = await openScene({ drainAfter: 3600, drainSpread: 3600, drainRequests: 0 });
    retire(scene.copy, scene.options);
    scene.runtime.latest.become('stopped');
    await scene.gone;
    assert.equal(scene.copy.state, 'ended');
  });

  test('stops although the drain failed', async () => {
    const { copy, runtime, options, gone } = await openScene(
      { drainAfter: 0, drainSpread: 0, drainRequests: 0 },
      async () => {
        throw new Error('no gateway');
      },
    );
    retire(copy, options);
    await gone;
    assert.equal(runtime.latest.phase, 'stopped');
  });
});
