import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import tls from 'node:tls';
import { defaultSettings, type LogLine } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { Directory } from '../directory/directory.ts';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { openStore } from '../store/index.ts';
import { issueCredentials, type Credentials } from './authority.ts';
import { openNodeListener, type NodeListener } from './listener.ts';
import { receiveLogs, wordsOf, type LogsQuestion } from './logs.ts';
import { callNode, tunnelsOf } from './tunnel.ts';

const log = openLog('silent');

/** Three lines, then one every time that the reader wants another. */
async function* logs(
  applicationId: string,
  { tail = 3, follow = false, signal }: { tail?: number; follow?: boolean; signal: AbortSignal },
): AsyncGenerator<LogLine> {
  if (applicationId !== 'app') throw new TypeError('no such application');
  const end = follow ? Infinity : 3;
  for (let count = 3 - tail; count < end && !signal.aborted; count += 1)
    yield {
      timestamp: new Date(count).toISOString(),
      replicaId: 'r',
      stream: 'stdout',
      text: `line ${count}`,
    };
}

async function credentialsOf(...names: string[]): Promise<Credentials[]> {
  await using store = await openStore({ path: ':memory:', clock, random });
  return await Promise.all(names.map((name) => issueCredentials(store, name, clock.now())));
}

interface Scene extends AsyncDisposable {
  readonly listener: NodeListener;
  readonly directory: Directory;
  readonly own: Credentials;
  readonly peer: Credentials;
  readonly port: number;
}

/** A node with one replica that sends back what it gets, and says "end" at the end. */
async function setup(): Promise<Scene> {
  await using owned = new AsyncDisposableStack();
  const replica = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => socket.end('end'));
  });
  replica.listen(0, '127.0.0.1');
  await once(replica, 'listening');
  owned.defer(() => void replica.close());
  const address = replica.address();
  assert.ok(typeof address === 'object' && address);
  const directory = new Directory();
  directory.put({
    applicationId: 'app',
    name: 'app',
    auth: { kind: 'none' },
    settings: defaultSettings,
    notice: undefined,
    replicas: [
      { id: 'r', host: '127.0.0.1', port: address.port, state: 'ready' },
      { id: 'far', host: '127.0.0.1', port: address.port, state: 'ready', node: { id: 'x', address: 'x:1' } },
    ],
  });
  const [own, peer] = await credentialsOf('node-a', 'node-b');
  assert.ok(own && peer);
  const listener = owned.use(
    await openNodeListener({ address: '127.0.0.1:0', credentials: own, directory, logs, clock, log }),
  );
  const all = owned.move();
  const port = Number(listener.address.split(':')[1]);
  return { listener, directory, own, peer, port, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const node = ({ listener }: Scene, id = 'node-a') => ({ id, address: listener.address });

describe('a tunnel', () => {
  test('carries bytes both ways, and the end of each half', async () => {
    await using scene = await setup();
    const open = tunnelsOf(scene.peer);
    const socket = open({ node: node(scene), applicationId: 'app', replicaId: 'r' });
    const sent = Buffer.from(random(300_000));
    socket.end(sent);
    assert.deepEqual(await buffer(socket), Buffer.concat([sent, Buffer.from('end')]));
    await scene.listener.idle('r');
    assert.equal(scene.listener.count('r'), 0);
  });

  test('is counted by replica and by application until it is closed', async () => {
    await using scene = await setup();
    const { listener, peer } = scene;
    const socket = tunnelsOf(peer)({ node: node(scene), applicationId: 'app', replicaId: 'r' });
    socket.write('x');
    await once(socket, 'data');
    assert.deepEqual([listener.count('r'), listener.count('app'), listener.count('other')], [1, 1, 0]);
    const idle = listener.idle('r');
    socket.destroy();
    await idle;
  });

  test('is not opened to a node of another name, though it has the address', async () => {
    await using scene = await setup();
    const open = tunnelsOf(scene.peer);
    const socket = open({ node: node(scene, 'node-c'), applicationId: 'app', replicaId: 'r' });
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('ends with the listener', async () => {
    let socket: Socket;
    {
      await using scene = await setup();
      socket = tunnelsOf(scene.peer)({ node: node(scene), applicationId: 'app', replicaId: 'r' });
      socket.on('error', () => {});
      socket.write('x');
      await once(socket, 'data');
    }
    if (!socket.closed) await once(socket, 'close');
  });
});

describe('output', () => {
  const ask = (
    { peer, ...scene }: Scene,
    question: Omit<LogsQuestion, 'applicationId'>,
    applicationId = 'app',
  ) => callNode(peer, { node: node({ peer, ...scene }), line: wordsOf({ applicationId, ...question }) });

  test('comes as far as it is asked for', async () => {
    await using scene = await setup();
    const { signal } = new AbortController();
    for (const [tail, wanted] of [
      [undefined, ['line 0', 'line 1', 'line 2']],
      [1, ['line 2']],
    ] as const) {
      const lines = await Array.fromAsync(receiveLogs(ask(scene, { tail, follow: false }), signal));
      assert.deepEqual(
        lines.map(({ text }) => text),
        wanted,
      );
    }
  });

  test('goes on until its reader leaves', async () => {
    await using scene = await setup();
    const left = new AbortController();
    let count = 0;
    for await (const _ of receiveLogs(ask(scene, { tail: 0, follow: true }), left.signal))
      if ((count += 1) === 100) left.abort();
    assert.ok(count >= 100);
  });

  test('of what is not there is none', async () => {
    await using scene = await setup();
    const { signal } = new AbortController();
    const lines = receiveLogs(ask(scene, { tail: 1, follow: false }, 'absent'), signal);
    assert.deepEqual(await Array.fromAsync(lines).catch(() => []), []);
  });

  test('of a node that is gone is an error', async () => {
    const socket = tls.connect({ host: '127.0.0.1', port: 1 });
    const lines = receiveLogs(socket, new AbortController().signal);
    await assert.rejects(Array.fromAsync(lines), /cannot be reached/);
  });
});

describe('the listener for nodes', () => {
  const lines = ['replica app absent', 'replica absent r', 'replica app far', 'r', 'GET / HTTP/1.1', ''];
  for (const line of lines)
    test(`ends a connection that asks for "${line}"`, async () => {
      await using scene = await setup();
      const socket = connect(scene, scene.peer);
      socket.write(`${line}\n`);
      assert.equal(await said(socket), '');
    });

  test('ends a connection whose line is too long', async () => {
    await using scene = await setup();
    const socket = connect(scene, scene.peer);
    socket.write('x'.repeat(2000));
    assert.equal(await said(socket), '');
  });

  test(verifies('nodes:peers', 'serves nobody without a certificate of the authority'), async () => {
    await using scene = await setup();
    const [stranger] = await credentialsOf('node-b');
    assert.ok(stranger);
    for (const shown of [{}, { cert: stranger.cert, key: stranger.key }]) {
      const socket = connect(scene, { ca: scene.own.ca, ...shown });
      socket.write('replica app r\nx');
      assert.equal(await said(socket), '');
    }
    const plain = net.connect(scene.port, '127.0.0.1');
    plain.write('replica app r\nx');
    assert.doesNotMatch(await said(plain), /x/);
    assert.equal(scene.listener.count('r'), 0);
  });

  test('an address that is not of this machine is refused with what to do', async () => {
    const [credentials] = await credentialsOf('node-a');
    assert.ok(credentials);
    const address = '192.0.2.1:7000';
    await assert.rejects(
      openNodeListener({ address, credentials, directory: new Directory(), logs, clock, log }),
      /192\.0\.2\.1:7000 of --advertise cannot be bound.*one of this machine/,
    );
  });
});

const connect = ({ port }: Scene, shown: Partial<Credentials>): Socket =>
  tls.connect({ ...shown, host: '127.0.0.1', port, servername: 'node-a' });

/** Everything that comes until the end, however it comes. */
async function said(socket: Socket): Promise<string> {
  return await text(socket).catch(() => '');
}
