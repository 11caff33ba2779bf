import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { mooring } from '../fixture/mooring.ts';
import { platform } from '../fixture/platform.ts';

test('lines become messages and messages lines, until the input ends and the answers had their time', async () => {
  await using server = await platform('echo');
  const { code, stdout, stderr } = await mooring(['connect', 'echo', '/ws', '--wait', '0.3'], {
    cwd: server.cwd,
    stdin: 'one\ntwo\r\nthree',
  });
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'one\ntwo\nthree\n', stderr: '' });
});

test('the peer ends it although the input goes on', async () => {
  await using server = await platform('echo');
  server.live = (socket) => {
    socket.send('bye');
    socket.close(1000);
  };
  const stdin = new PassThrough();
  const { code, stdout } = await mooring(['connect', 'echo'], { cwd: server.cwd, stdin });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'bye\n' });
});

test('with --json every message says its type', async () => {
  await using server = await platform('echo');
  server.live = (socket) => {
    socket.send('a\nb');
    socket.send(Buffer.from([0, 255]));
    socket.close();
  };
  const { code, stdout } = await mooring(['connect', 'echo', '--json'], {
    cwd: server.cwd,
    stdin: new PassThrough(),
  });
  assert.equal(code, 0);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { type: 'text', data: 'a\nb' },
      { type: 'binary', data: 'AP8=' },
    ],
  );
});

for (const [closeCode, exit, text] of [
  [1012, 1, /1012 restart[^]*Connect again/],
  [3000, 4, /3000/],
  [3008, 7, /3008/],
] as const)
  test(`without reconnecting an end with ${closeCode} is exit ${exit}`, async () => {
    await using server = await platform('echo');
    server.live = (socket) => socket.close(closeCode, closeCode === 1012 ? 'restart' : '');
    const ended = await mooring(['connect', 'echo', '--no-reconnect'], {
      cwd: server.cwd,
      stdin: new PassThrough(),
    });
    assert.equal(ended.code, exit);
    assert.match(ended.stderr, text);
  });

test('a connection that ends comes back, and what comes next goes over it', async () => {
  await using server = await platform('echo');
  const stdin = new PassThrough();
  let count = 0;
  server.live = (socket) => {
    count += 1;
    if (count === 1) return socket.close(1012, '{"retryAfterMs":0}');
    stdin.end('after\n');
    socket.on('message', (data: Buffer) => {
      socket.send(data.toString());
      socket.close(1000);
    });
  };
  const { code, stdout, stderr } = await mooring(['connect', 'echo'], { cwd: server.cwd, stdin });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'after\n' });
  assert.match(stderr, /No connection \(1012[^]*Trying again in 0\.0 s\.[^]*Connected again\./);
});

test('an end that must not be repeated is the end', async () => {
  await using server = await platform('echo');
  server.live = (socket) => socket.close(3003, 'no more');
  const { code, stderr } = await mooring(['connect', 'echo'], { cwd: server.cwd, stdin: new PassThrough() });
  assert.equal(code, 4);
  assert.match(stderr, /3003 no more/);
});

test('a refused handshake is exit 4', async () => {
  await using server = await platform('echo');
  const args = ['connect', 'echo', '-H', 'Authorization: Bearer other'];
  const { code, stderr } = await mooring(args, { cwd: server.cwd });
  assert.equal(code, 4);
  assert.match(stderr, /No token\./);
});

test('an interruption closes the connection', async () => {
  await using server = await platform('echo');
  const stop = new AbortController();
  const closed = Promise.withResolvers<number>();
  server.live = (socket) => {
    socket.send('hello');
    socket.on('close', closed.resolve);
  };
  const { code } = await mooring(['connect', 'echo'], {
    cwd: server.cwd,
    stdin: new PassThrough(),
    interrupted: stop.signal,
    onOutput: () => stop.abort(),
  });
  assert.equal(code, 130);
  assert.equal(await closed.promise, 1000);
});
