import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { pair } from './relay.fixture.ts';
import { openDirect, openPublic, openSink, type OpenSink } from './sink.ts';

test('this Node lets chunks be offered to the kernel directly', async () => {
  const [near, far] = await pair();
  const sink = openDirect(far);
  assert.ok(sink?.write(Buffer.from('hello')));
  assert.equal(far.bytesWritten, 0);
  const [chunk] = await once(near, 'data');
  assert.equal(String(chunk), 'hello');
  near.destroy();
  far.destroy();
});

test('a socket that is gone is left to the public way', async () => {
  const [near, far] = await pair();
  far.destroy();
  assert.equal(openDirect(far), undefined);
  near.destroy();
});

for (const [how, open] of [
  ['directly', openSink],
  ['by the stream', openPublic],
] satisfies [string, OpenSink][])
  describe(`written ${how}`, () => {
    test('what a slow reader gets is what was written, although nothing of it is kept', async () => {
      const [near, far] = await pair();
      const sink = open(far);
      const sent: Buffer[] = [];
      const chunk = Buffer.alloc(64 * 1024);
      near.pause();
      let drained = 0;
      // Nobody reads, so that the kernel takes only a part in the end; twice, for what comes behind such a part.
      for (let round = 0; round < 2; round += 1) {
        let goesOn = true;
        while (goesOn) {
          randomBytes(chunk.length).copy(chunk);
          sent.push(Buffer.from(chunk));
          goesOn = sink.write(chunk);
          chunk.fill(0);
        }
        assert.ok(far.writableLength > 0);
        const all = Buffer.concat(sent);
        const received: Buffer[] = [];
        let length = 0;
        const drain = once(far, 'drain').then(() => (drained += 1));
        near.on('data', (piece: Buffer) => {
          received.push(piece);
          length += piece.length;
          if (length === all.length) near.emit('all');
        });
        const complete = once(near, 'all');
        near.resume();
        await Promise.all([complete, drain]);
        near.pause().removeAllListeners('data');
        assert.ok(Buffer.concat(received).equals(all));
        sent.length = 0;
      }
      assert.equal(drained, 2);
      near.destroy();
      far.destroy();
    });

    test('what the stream was given first goes first', async () => {
      const [near, far] = await pair();
      const sink = open(far);
      far.cork();
      far.write('first ');
      sink.write(Buffer.from('second'));
      far.uncork();
      far.end();
      let text = '';
      near.on('data', (chunk: Buffer) => (text += String(chunk)));
      await once(near, 'end');
      assert.equal(text, 'first second');
      near.destroy();
      far.destroy();
    });

    test('a connection that its peer has reset ends with an error', async () => {
      const [near, far] = await pair();
      const sink = open(far);
      far.pause();
      const failed = once(far, 'error');
      near.resetAndDestroy();
      await once(near, 'close');
      sink.write(Buffer.from('x'));
      const [error] = await failed;
      assert.ok(error instanceof Error);
      far.destroy();
    });
  });
