import assert from 'node:assert/strict';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { openLog } from '../../observe/log.ts';
import { Guard } from './guard.ts';

/** A process that leads a group of its own and ends only when it must. */
async function startLeader(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 60; done'], {
    detached: true,
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  assert.ok(hasPid(child));
  return child;
}

const hasPid = (child: ChildProcess): child is ChildProcess & { readonly pid: number } =>
  child.pid !== undefined;

test('groups that are held end with the guard, those that were released do not', async () => {
  const [first, second, third] = [await startLeader(), await startLeader(), await startLeader()];
  const exits = [first, second].map((child) => once(child, 'exit'));
  const guard = new Guard(openLog('silent'));
  for (const { pid } of [first, third, second]) guard.hold(pid);
  guard.release(third.pid);
  await guard[Symbol.asyncDispose]();
  for (const exit of exits) assert.deepEqual(await exit, [null, 'SIGKILL']);
  assert.equal(third.exitCode, null);
  const gone = once(third, 'exit');
  process.kill(-third.pid, 'SIGKILL');
  await gone;
});

test('the end of the guard is waited for, also by a program that has nothing else to do', async () => {
  const holder = fork(new URL('guard.fixture.ts', import.meta.url), ['end'], { execArgv: ['-C', 'mooring'] });
  assert.deepEqual(await once(holder, 'exit'), [0, null]);
});

test('a guard that holds nothing ends at once', async () => {
  const guard = new Guard(openLog('silent'));
  await guard[Symbol.asyncDispose]();
});

test(
  'groups end when the process that holds them is killed without warning',
  { timeout: 30_000 },
  async () => {
    const leader = await startLeader();
    const exit = once(leader, 'exit');
    const holder = fork(new URL('guard.fixture.ts', import.meta.url), [`${leader.pid}`], {
      execArgv: ['-C', 'mooring'],
    });
    await once(holder, 'message');
    holder.kill('SIGKILL');
    assert.deepEqual(await exit, [null, 'SIGKILL']);
  },
);
