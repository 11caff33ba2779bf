import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeStage } from './copy.fixture.ts';

describe('a copy', () => {
  test('replaces its replica when that fails, as often as it fails', async () => {
    const { copy, runtime, until } = makeStage();
    await until(() => copy.state === 'ready');
    for (const phase of ['stopped', 'unhealthy', 'stopped'] as const) {
      const failed = runtime.latest;
      failed.become(phase);
      await until(() => copy.state === 'ready' && copy.replica !== failed);
      assert.equal(failed.phase, 'stopped');
    }
    assert.equal(copy.status(() => 7)?.restarts, 3);
    assert.equal(copy.status(() => 7)?.connections, 7);
    await copy.end();
    assert.equal(copy.state, 'ended');
  });

  test('counts failures in a row, and from one again after a long enough good time', async () => {
    const { copy, runtime, time, until } = makeStage();
    const fall = async (goodTime: number): Promise<void> => {
      await until(() => copy.state === 'ready');
      time.now += goodTime;
      runtime.latest.become('stopped');
      await until(() => copy.state === 'failed');
    };
    for (const expected of [1, 2, 3]) {
      await fall(59_999);
      assert.equal(copy.failures, expected);
    }
    await fall(60_000);
    assert.equal(copy.failures, 1);
    await copy.end();
  });

  test('goes on trying when its replica does not come up', async () => {
    const { copy, runtime, until } = makeStage();
    await until(() => copy.state === 'ready');
    runtime.failure = 'it is broken';
    runtime.latest.become('stopped');
    await until(() => copy.failures === 3);
    assert.equal(copy.reason, 'it is broken');
    runtime.failure = undefined;
    await until(() => copy.state === 'ready');
    assert.equal(copy.reason, undefined);
    await copy.end();
  });

  test('starts nothing more once it is ended, whatever it was waiting for', async () => {
    const { copy, runtime, until } = makeStage({
      backOff: { first: 60_000, most: 60_000, resetAfter: 60_000 },
    });
    await until(() => copy.state === 'ready');
    runtime.latest.become('stopped');
    await until(() => copy.state === 'failed');
    await copy.end();
    assert.equal(runtime.replicas.length, 1);
  });

  test('that retires is not started again', async () => {
    const { copy, runtime, until } = makeStage();
    await until(() => copy.state === 'ready');
    copy.role = 'retiring';
    runtime.latest.become('stopped');
    await copy.ended;
    assert.equal(runtime.replicas.length, 1);
  });

  test('has no status before its first start, and says when it tries again', async () => {
    const never = makeStage({ gate: { enter: () => new Promise(() => {}) } as never });
    assert.equal(
      never.copy.status(() => 0),
      undefined,
    );
    const { copy, runtime, until } = makeStage({ backOff: { first: 1000, most: 1000, resetAfter: 60_000 } });
    await until(() => copy.state === 'ready');
    runtime.latest.become('stopped');
    await until(() => copy.state === 'failed');
    // The replica is stopped first; nothing tells that the pause has begun.
    while (!copy.status(() => 0)?.reason?.includes('Next try')) await new Promise(setImmediate);
    assert.equal(copy.status(() => 0)?.reason, 'as the test wants it\nNext try at 1970-01-01T00:00:00.080Z.');
    await copy.end();
  });
});
