import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom as random } from '../kit/clock.ts';
import { nameNode } from './name.ts';

test('each start has a name of its own and knows the last ones before it, whatever else is in the file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-name-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'nodes');
  const names: string[] = [];
  for (let start = 0; start < 12; start += 1) {
    const { id, former } = await nameNode(file, random);
    assert.deepEqual([...former], names.slice(-8));
    names.push(id);
  }
  assert.equal(new Set(names).size, 12);
  await writeFile(file, 'garbage\n');
  assert.equal((await nameNode(file, random)).former.size, 0);
});
