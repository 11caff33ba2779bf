/**
 * Many connections, ended cleanly and abruptly, against an application that goes from zero to five replicas and back:
 * nothing grows. SOAK=full makes 10,000 of them; otherwise some hundred.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { clientCredentials, ManagementClient } from '@mooring/client';
import { livePath, profile } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startTestServer } from '../fixtures/server.ts';

const size = process.env.SOAK === 'full' ? { rounds: 100, each: 100 } : { rounds: 4, each: 60 };

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];

const figuresSchema = z.object({ heap: z.number(), files: z.number(), children: z.number() });
type Figures = z.infer<typeof figuresSchema>;

async function figuresOf(child: ChildProcess): Promise<Figures> {
  const answer = once(child, 'message');
  child.send('figures');
  const [figures]: unknown[] = await answer;
  return figuresSchema.parse(figures);
}

interface Target {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Opens a connection, says something, and ends it in one of four ways. */
async function visit({ url, headers }: Target, number: number): Promise<void> {
  if (number % 4 === 3) return await hangUp(url, headers);
  const socket = new WebSocket(url, { headers });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  socket.on('error', () => {});
  socket.send(`visit ${number}`);
  // A replica that scales in may send it away before.
  if (number % 4 !== 2) await Promise.race([once(socket, 'message'), closed]);
  if (number % 4 === 0) socket.close(1000);
  else socket.terminate();
  await closed;
}

/** Leaves in the middle of the handshake. */
async function hangUp(url: string, headers: Record<string, string>): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port) });
  const closed = once(socket, 'close');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: ${headers['authorization']}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await wait(5);
  socket.resetAndDestroy();
  await closed;
}

async function untilAtZero(management: ManagementClient, id: string): Promise<void> {
  for (let tries = 0; (await management.status.application(id)).replicas.length > 0; tries += 1) {
    assert.ok(tries < 400, 'the application does not come to rest');
    await wait(100);
  }
}

it(
  verifies('soak:nothing-grows', 'connections that come and go leave no file, no child and no memory behind'),
  { timeout: 600_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mooring-soak-'));
    await using _folder = { [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) };
    const id = await prepare(dataDir);
    const child = fork(new URL('../fixtures/server-process.ts', import.meta.url), [dataDir, quiet], {
      execArgv: ['-C', 'mooring', '--expose-gc'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await using _server = { [Symbol.asyncDispose]: () => stop(child) };
    const [urls] = await once(child, 'message');
    const management = await managementOf(dataDir, urls.managementPlain);
    const { accessToken } = await management.tokens.issue(id);
    const target = {
      url: urls.applicationsPlain.replace('http', 'ws') + livePath(id),
      headers: { authorization: `Bearer ${accessToken}` },
    };
    const round = async (): Promise<void> => {
      await Promise.all(Array.from({ length: size.each }, (_, number) => visit(target, number)));
    };
    // What is loaded and kept on first use is no growth.
    for (let warm = 0; warm < 2; warm += 1) await round();
    await untilAtZero(management, id);
    const before = await figuresOf(child);
    for (let number = 1; number <= size.rounds; number += 1) {
      await round();
      if (number % 25 === 0) await untilAtZero(management, id);
    }
    await untilAtZero(management, id);
    assert.equal((await management.status.application(id)).connections, 0);
    const after = await figuresOf(child);
    assert.equal(after.children, before.children, 'children');
    assert.ok(after.files <= before.files + 5, `open files: ${before.files}, then ${after.files}`);
    const grown = after.heap - before.heap;
    assert.ok(grown < 4 * 1024 * 1024, `the heap has grown by ${grown} bytes`);
  },
);

const quiet = JSON.stringify({ logLevel: 'silent' });

/** An application between zero and five replicas, that nobody runs yet. */
async function prepare(dataDir: string): Promise<string> {
  await using test = await startTestServer({ dataDir });
  const app = await test.deploy({
    name: 'soaked',
    command,
    workingDirectory,
    settings: { scaleToZeroAfter: 1, stableWindow: 6, panicWindow: 1, drainAfter: 0, drainSpread: 0 },
  });
  const scalingConfig = {
    scalingType: 'CONCURRENCY' as const,
    minReplica: 0,
    maxReplica: 5,
    targetConcurrencyThreshold: 10,
  };
  const { workRequestId } = await test.management.applications.update(app.id, { scalingConfig });
  await test.management.workRequests.wait(workRequestId ?? '', { interval: 50 });
  return app.id;
}

async function managementOf(dataDir: string, baseUrl: string): Promise<ManagementClient> {
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const token = clientCredentials({ ...known, tokenUrl: `${baseUrl}/identity/oauth2/v1/token`, fetch });
  return new ManagementClient({ baseUrl, token });
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
