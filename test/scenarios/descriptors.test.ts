/** A server with few descriptors, and more clients than they are enough for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { forkServer } from '../fixtures/forked.ts';
import { verifies } from '../verifies.ts';

const skip = process.platform !== 'linux' && 'needs /proc/self/limits';
const descriptors = 400;

test(
  verifies('limits:descriptors', 'a flood of connections leaves the management API its descriptors'),
  { skip },
  async (context) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mooring-descriptors-'));
    context.after(() => rm(dataDir, { recursive: true, force: true }));
    let said = '';
    const options = { workers: 2, logLevel: 'info' } as const;
    await using server = await forkServer({
      dataDir,
      options,
      descriptors,
      output: (text) => (said += text),
    });
    const { hostname, port } = new URL(server.urls.applicationsPlain);
    const sockets = Array.from({ length: descriptors }, () => net.connect(Number(port), hostname));
    const closed: Socket[] = [];
    for (const socket of sockets) socket.on('error', () => {}).on('close', () => closed.push(socket));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await eventually(() => closed.length >= descriptors / 4);
    assert.ok(closed.length < descriptors, 'nobody was served');
    const signal = AbortSignal.timeout(10_000);
    assert.ok(await server.token({ signal }));
    await eventually(() => /connections are closed as they come.*more than 400/.test(said));
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await fetch(`${server.urls.applicationsPlain}/`)).status === 404);
  },
);

/** Rejects after 10 s. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 10_000; ;) {
    if (await Promise.resolve(holds()).catch(() => false)) return;
    assert.ok(Date.now() < limit, `waited in vain for ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
