import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { createBodyCheck } from './body-check.ts';
import { answerTo, standSigned } from './signed.fixture.ts';

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('base64');

describe('the check', () => {
  it(verifies('iam:body:checked', 'lets the signed body through, however it is cut'), async () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bodies, async (chunks) => {
        const body = Buffer.concat(chunks);
        const check = createBodyCheck({ hash: hashOf(body), length: body.length });
        const passed = await buffer(Readable.from(chunks.map((one) => Buffer.from(one))).pipe(check.stream));
        assert.deepEqual(passed, body);
        await check.matched;
      }),
      { numRuns: 100 },
    );
  });

  it(verifies('iam:body:checked', 'keeps the end of any other back'), async () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bodies, fc.nat(), async (chunks, at) => {
        const signed = Buffer.concat(chunks);
        const other = Buffer.from(signed);
        other.writeUInt8((other[at % other.length] ?? 0) ^ 1, at % other.length);
        const check = createBodyCheck({ hash: hashOf(signed), length: signed.length });
        let passed = 0;
        check.stream.on('data', (chunk: Buffer) => (passed += chunk.length));
        const cut = other.length / 2;
        const sent = pipeline(Readable.from([other.subarray(0, cut), other.subarray(cut)]), check.stream);
        await assert.rejects(sent, (error) => error instanceof Problem && error.status === 401);
        await assert.rejects(check.matched, Problem);
        assert.ok(passed < signed.length);
      }),
      { numRuns: 100 },
    );
  });
});

/** Counts what came, and whether it came whole. */
function counting(): { bytes: number; completed: number; aborted: Promise<void>; listener: RequestListener } {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const self = {
    bytes: 0,
    completed: 0,
    aborted,
    listener: ((request, response) => {
      request.on('data', (chunk: Buffer) => (self.bytes += chunk.length));
      request.on('end', () => {
        self.completed += 1;
        response.end('done');
      });
      request.on('error', () => resolve());
    }) satisfies RequestListener,
  };
  return self;
}

describe('a signed body', () => {
  it(
    verifies('iam:body:checked', 'that was altered in its last byte never completes at the replica'),
    async () => {
      const replica = counting();
      await using stand = await standSigned({ http: replica.listener });
      const body = randomBytes(3_000_000);
      const sent = stand.sign({ method: 'PUT', body });
      const other = Buffer.from(body);
      other.writeUInt8((other.at(-1) ?? 0) ^ 1, other.length - 1);
      const answer = await stand.send({ ...sent, body: other });
      assert.equal(answer.status, 401);
      assert.match(answer.body, /"NotAuthenticated"/);
      await replica.aborted;
      assert.equal(replica.completed, 0);
      assert.ok(replica.bytes < body.length);
    },
  );

  it(verifies('iam:body:checked', 'that breaks off never completes at the replica'), async () => {
    const replica = counting();
    await using stand = await standSigned({ http: replica.listener });
    const body = randomBytes(200_000);
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.on('error', () => {});
    request.write(body.subarray(0, 100_000));
    await once(stand.replica.server, 'request');
    request.destroy();
    await replica.aborted;
    assert.equal(replica.completed, 0);
  });

  it(verifies('iam:body:streamed', 'reaches the replica while it comes'), async () => {
    const body = randomBytes(2_000);
    const { promise: begun, resolve } = Promise.withResolvers<Buffer>();
    await using stand = await standSigned({
      http: (request, response) => {
        request.once('data', resolve);
        request.on('data', () => {}).once('end', () => response.end('whole'));
      },
    });
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.write(body.subarray(0, 1_000));
    assert.deepEqual(await begun, body.subarray(0, 1_000));
    request.end(body.subarray(1_000));
    assert.deepEqual((await answerTo(request)).body, 'whole');
  });

  it(
    verifies(
      'iam:body:streamed',
      'of 100 MB is not held in memory, and waits for a replica that does not read',
    ),
    async () => {
      const chunk = randomBytes(1_000_000);
      const count = 100;
      const replica = counting();
      const { promise: mayRead, resolve: read } = Promise.withResolvers<void>();
      await using stand = await standSigned({
        http: (request, response) => {
          request.pause();
          void (async () => {
            await mayRead;
            replica.listener(request, response);
            request.resume();
          })();
        },
      });
      const digest = createHash('sha256');
      for (let index = 0; index < count; index += 1) digest.update(chunk);
      const streamed = { length: chunk.length * count, hash: digest.digest('base64') };
      const sent = stand.sign({ method: 'POST', streamed });
      const request = stand.begin(sent);
      const answer = answerTo(request);
      let written = 0;
      const full = Promise.withResolvers<number>();
      const write = (): void => {
        while (written < count) {
          written += 1;
          if (!request.write(chunk)) {
            request.once('drain', write);
            return;
          }
        }
        request.end();
      };
      request.once('socket', (socket) => {
        let last = -1;
        const look = setInterval(() => {
          if (socket.bytesWritten === last && last > 0) {
            clearInterval(look);
            full.resolve(last);
          }
          last = socket.bytesWritten;
        }, 100);
      });
      write();
      // The replica does not read: before long nothing moves any more, and all that is held is what was sent.
      const held = await full.promise;
      assert.ok(held < 30_000_000, `${held} bytes are on their way`);
      read();
      assert.equal((await answer).status, 200);
      assert.deepEqual([replica.bytes, replica.completed], [streamed.length, 1]);
    },
  );
});

describe('an answer that begins before the end of the body', () => {
  const early: RequestListener = (request, response) => {
    response.end('early');
    request.resume();
  };

  it(verifies('iam:body:answer', 'waits until the body is known to be the signed one'), async () => {
    await using stand = await standSigned({ http: early });
    const body = randomBytes(2_000);
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.write(body.subarray(0, 1_000));
    await once(stand.replica.server, 'request');
    const answer = answerTo(request);
    request.end(body.subarray(1_000));
    assert.deepEqual([(await answer).status, (await answer).body], [200, 'early']);
  });

  it(verifies('iam:body:answer', 'is not given to the sender of another body'), async () => {
    await using stand = await standSigned({ http: early });
    const body = randomBytes(2_000);
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.write(body.subarray(0, 1_000));
    await once(stand.replica.server, 'request');
    const answer = answerTo(request);
    request.end(randomBytes(1_000));
    assert.equal((await answer).status, 401);
  });

  it(verifies('iam:body:answer', 'passes when the replica hangs up on the rest'), async () => {
    await using stand = await standSigned({
      http: ({ socket }) => {
        // It reads nothing of the body. A reset instead could throw away the answer before it is read.
        socket.end('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo much');
      },
    });
    const body = randomBytes(20_000_000);
    const answer = await stand.send(stand.sign({ method: 'POST', body }));
    assert.deepEqual([answer.status, answer.body], [413, 'too much']);
  });

  it(verifies('iam:body:answer', 'passes when the replica reads no more until it is read'), async () => {
    await using stand = await standSigned({ http: (request, response) => void request.pipe(response) });
    const body = randomBytes(40_000_000);
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.end(body);
    const [response] = await once(request, 'response');
    const digest = createHash('sha256');
    for await (const chunk of response) digest.update(chunk);
    assert.equal(digest.digest('base64'), hashOf(body));
  });

  it('ends with a client that leaves', async () => {
    await using stand = await standSigned({ http: early });
    const body = randomBytes(2_000);
    const request = stand.begin(stand.sign({ method: 'POST', body }));
    request.on('error', () => {});
    request.write(body.subarray(0, 1_000));
    await once(stand.replica.server, 'request');
    request.destroy();
    await stand.gateway.entry('the client left before it was answered');
    await stand.gateway.idle();
  });
});
