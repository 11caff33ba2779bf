/** The programs in README.md are the files of this folder, and they run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { defaultServeLimits } from '../limits.ts';

const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');

function run(file: string, environment: Record<string, string>) {
  return spawn(process.execPath, ['--conditions=mooring', join(import.meta.dirname, file)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('README.md', () => {
  for (const file of ['server.ts', 'client.ts'])
    it(`has the text of ${file}`, async () => {
      const text = await readFile(join(import.meta.dirname, file), 'utf8');
      assert.ok(readme.includes(`\`\`\`ts\n${text}\`\`\``));
    });

  it('names every limit with its default', () => {
    for (const [name, value] of Object.entries(defaultServeLimits)) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
      assert.equal(row?.split('|')[2]?.trim(), value.toLocaleString('en'), name);
    }
  });

  it('shows a server and a client that understand each other, and a server that stops', async () => {
    const server = run('server.ts', { PORT: '0' });
    const [said] = (await once(server.stdout, 'data')) as [Buffer];
    const port = /port: (\d+)/.exec(said.toString())?.[1];
    const client = run('client.ts', { MOORING_WS_URL: `ws://127.0.0.1:${port}/ws` });
    const [output] = await Promise.all([client.stdout.toArray(), once(client, 'exit')]);
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    assert.match(output.join(''), /a stranger greets Ada/);
    assert.deepEqual([client.exitCode, code], [0, 0]);
  });

  it('shows a client that says why it was refused', async () => {
    const client = run('client.ts', { MOORING_WS_URL: 'ws://127.0.0.1:1/ws' });
    const [output] = await Promise.all([client.stderr.toArray(), once(client, 'exit')]);
    assert.match(output.join(''), /No connection to ws:\/\/127\.0\.0\.1:1\/ws/);
    assert.equal(client.exitCode, 1);
  });
});
