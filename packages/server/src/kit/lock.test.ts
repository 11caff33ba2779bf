import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { lockDirectory, Locked } from './lock.ts';

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'mooring-lock-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('the second holder is refused until the first lets go', (context) => {
  const path = directory(context);
  const first = lockDirectory(path);
  assert.throws(
    () => lockDirectory(path),
    (error) => error instanceof Locked && error.message.includes(path),
  );
  first[Symbol.dispose]();
  lockDirectory(path)[Symbol.dispose]();
});

test('a holder that is killed holds nothing any more', async (context) => {
  const path = directory(context);
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(new URL('lock.ts', import.meta.url).href)});
    globalThis.held = lockDirectory(${JSON.stringify(path)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(holder, 'exit');
  context.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  assert.throws(() => lockDirectory(path), Locked);
  holder.kill('SIGKILL');
  await gone;
  lockDirectory(path)[Symbol.dispose]();
});

test('a lock file that cannot be used is not mistaken for another process', (context) => {
  const path = directory(context);
  writeFileSync(
    join(path, 'lock'),
    'this is no database, and it is long enough for its header to be read '.repeat(20),
  );
  assert.throws(
    () => lockDirectory(path),
    (error) =>
      error instanceof Error && !(error instanceof Locked) && error.message.includes(join(path, 'lock')),
  );
  assert.throws(
    () => lockDirectory(join(path, 'nowhere')),
    (error) => error instanceof Error && !(error instanceof Locked) && error.message.includes('nowhere'),
  );
});
