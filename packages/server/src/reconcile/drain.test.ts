import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openLog } from '../observe/log.ts';
import { makeStage, type Stage } from './copy.fixture.ts';
import { dismiss, retire, type DrainOptions } from './drain.ts';
import type { Drain } from './tools.ts';

interface Scene extends Stage {
  readonly options: DrainOptions;
  readonly drains: number[];
  readonly gone: Promise<void>;
}

async function openScene(settings: DrainOptions['settings'], drain?: Drain): Promise<Scene> {
  const stage = makeStage();
  await stage.until(() => stage.copy.state === 'ready');
  const drains: number[] = [];
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const facts = {
    applicationId: 'a',
    wish: undefined,
    copies: [stage.copy],
    served: undefined,
    refused: undefined,
  };
  const tools = {
    log: openLog('silent'),
    changed: (): void => (facts.copies.length === 0 ? resolve() : undefined),
    drain: async (id: string, options: { spread: number }): Promise<void> => {
      drains.push(options.spread);
      assert.equal(stage.runtime.latest.phase === 'stopped', false);
      await drain?.(id, options);
    },
  };
  return { ...stage, drains, gone, options: { facts, tools, settings } };
}

describe('a copy that leaves', () => {
  test('keeps its connections for a while, drains over time, then stops', async () => {
    const { copy, runtime, options, drains, gone } = await openScene({ drainAfter: 0.05, drainSpread: 3 });
    const began = performance.now();
    retire(copy, options);
    retire(copy, options);
    await gone;
    assert(performance.now() - began >= 49);
    assert.deepEqual(drains, [3]);
    assert.equal(runtime.latest.phase, 'stopped');
  });

  test('goes at once when it is dismissed, also in the middle of its time', async () => {
    const { copy, options, drains, gone } = await openScene({ drainAfter: 3600, drainSpread: 3600 });
    retire(copy, options);
    dismiss(copy, options);
    await gone;
    assert.deepEqual(drains, [0]);
  });

  test('is hurried out of a long drain', async () => {
    const { copy, options, drains, gone } = await openScene(
      { drainAfter: 0, drainSpread: 3600 },
      async (_, { spread }) => {
        if (spread === 0) return;
        dismiss(copy, options);
        await new Promise(() => {});
      },
    );
    retire(copy, options);
    await gone;
    assert.deepEqual(drains, [3600, 0]);
  });

  test('does not wait for its time when its replica ends first', async () => {
    const scene = await openScene({ drainAfter: 3600, drainSpread: 3600 });
    retire(scene.copy, scene.options);
    scene.runtime.latest.become('stopped');
    await scene.gone;
    assert.equal(scene.copy.state, 'ended');
  });

  test('stops although the drain failed', async () => {
    const { copy, runtime, options, gone } = await openScene({ drainAfter: 0, drainSpread: 0 }, async () => {
      throw new Error('no gateway');
    });
    retire(copy, options);
    await gone;
    assert.equal(runtime.latest.phase, 'stopped');
  });
});
