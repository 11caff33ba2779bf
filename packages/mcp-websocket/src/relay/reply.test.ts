/** What becomes of an answer that takes its time, and of a client that does not read. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { listen } from '../testbed.ts';
import { Reply } from './reply.ts';

const answer = { jsonrpc: '2.0', id: 1, result: {} } as const;
const note = (text: string) =>
  ({ jsonrpc: '2.0', method: 'notifications/message', params: { text } }) as const;

interface Asked extends AsyncDisposable {
  readonly response: ServerResponse;
  /** The head of the answer, once it is there. */
  readonly answered: Promise<IncomingMessage>;
  readonly closed: Promise<unknown>;
}

async function asked(): Promise<Asked> {
  const http = createServer();
  const listening = await listen(http);
  const arrived = once(http, 'request');
  const request = get({ port: listening.port, agent: false });
  const closed = once(request, 'close');
  const answered = once(request, 'response').then(([head]) => head as IncomingMessage);
  // One that is cut off has none.
  answered.catch(() => {});
  request.on('error', () => {});
  const [, response] = (await arrived) as [IncomingMessage, ServerResponse];
  return { response, answered, closed, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
}

describe('a reply', () => {
  it('that takes its time becomes a stream, with signs of life', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    await using one = await asked();
    const reply = new Reply(one.response, { maxUnreadBytes: 1_000, report: assert.fail });
    t.mock.timers.tick(14_999);
    assert.equal(one.response.headersSent, false);
    t.mock.timers.tick(1);
    const head = await one.answered;
    assert.equal(head.headers['content-type'], 'text/event-stream');
    t.mock.timers.tick(15_000);
    reply.finish(answer);
    assert.equal(
      (await head.setEncoding('utf8').toArray()).join(''),
      `: \n\nevent: message\ndata: ${JSON.stringify(answer)}\n\n`,
    );
  });

  it('is over when its client does not read what waits for it', async () => {
    await using one = await asked();
    const errors: string[] = [];
    const reply = new Reply(one.response, {
      maxUnreadBytes: 100_000,
      report: ({ message }) => errors.push(message),
    });
    const text = 'x'.repeat(1_000);
    for (let told = 0; told < 1_000 && !reply.isOver; told += 1) reply.tell(note(text));
    assert.ok(reply.isOver);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /A client was cut off/);
    // Nothing of what comes later matters any more.
    reply.tell(note(text));
    reply.finish(answer);
    reply.end();
    await one.closed;
  });
});
