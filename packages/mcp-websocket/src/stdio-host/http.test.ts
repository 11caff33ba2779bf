/** The legacy era over Streamable HTTP, request by request: what comes on which response, and what is refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, initializeRequest, request, textOf, until, type Answer } from '../testbed.ts';
import { ask, begin, connect, eventsIn, HandClock, isAlive, openBed, type Asking } from './bed.fixture.ts';

const progress = (id: number, steps: number): object =>
  request(id, 'tools/call', { name: 'progress', arguments: { steps }, _meta: { progressToken: `p${id}` } });

const typeOf = (answer: Response): string | null => answer.headers.get('content-type');

describe('an answer', () => {
  it('that comes alone is a JSON object', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const answer = await ask(bed, { session, body: call(2, 'echo', { text: 'aye' }) });
    assert.equal(typeOf(answer), 'application/json');
    assert.equal(answer.headers.get('mcp-session-id'), session);
    assert.equal(textOf(((await answer.json()) as Answer).result), 'aye');
  });

  it('before which something else comes is the last event of a stream', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const answer = await ask(bed, { session, body: progress(2, 3) });
    assert.equal(typeOf(answer), 'text/event-stream');
    assert.equal(answer.headers.get('mcp-session-id'), session);
    const events = await eventsIn(answer);
    assert.deepEqual(
      events.map(({ method = 'answer' }) => method),
      [...Array.from({ length: 3 }, () => 'notifications/progress'), 'answer'],
    );
    assert.equal(textOf(events.at(-1)?.result), 'done');
  });

  it('of a batch comes with the others of it on one stream', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const body = [call(2, 'echo', { text: 'two' }), call(3, 'echo', { text: 'three' })];
    const events = await eventsIn(await ask(bed, { session, body }));
    const said = events.map(({ id, result }) => [id, textOf(result)] as const);
    assert.deepEqual(Object.fromEntries(said), { 2: 'two', 3: 'three' });
  });

  it('comes on the response of its own request, whatever the other requests do', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const [slow, told, quick] = await Promise.all([
      ask(bed, { session, body: call(2, 'sleep', { ms: 50 }) }),
      ask(bed, { session, body: progress(3, 2) }),
      ask(bed, { session, body: call(4, 'echo', { text: 'aye' }) }),
    ]);
    assert.equal(((await slow.json()) as Answer).id, 2);
    assert.equal(((await quick.json()) as Answer).id, 4);
    const ids = (await eventsIn(told)).map(({ id }) => id);
    assert.deepEqual(ids, [undefined, undefined, 3]);
  });

  it('is none where nothing is asked', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const answer = await ask(bed, { session, body: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    assert.deepEqual([answer.status, await answer.text()], [202, '']);
  });
});

describe('the stream of a session', () => {
  it('tells of what belongs to no request, one at a time', async () => {
    using clock = new HandClock();
    await using bed = await openBed({ later: clock.later });
    const session = await begin(bed);
    const gone = new AbortController();
    const first = await ask(bed, { session, signal: gone.signal });
    assert.equal(typeOf(first), 'text/event-stream');
    const second = await ask(bed, { session });
    assert.deepEqual([second.status, (await second.text()).includes('Only one SSE stream')], [409, true]);
    await (await ask(bed, { session, body: call(2, 'change') })).text();
    const reader = first.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    while (!heard.includes('\n\n')) heard += (await reader?.read())?.value ?? '';
    assert.match(heard, /notifications\/tools\/list_changed/);
    gone.abort();
    // The host hears of it in its own time; from then on nothing of the session is in use.
    await until(() => clock.waiting === 1);
    const third = await ask(bed, { session });
    assert.equal(third.status, 200);
    await third.body?.cancel();
  });
});

describe('a session over Streamable HTTP', () => {
  it('ends with DELETE: what waits is answered, its process ends, it is not found any more', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const answer = await ask(bed, { session, body: call(2, 'pid') });
    const pid = Number(textOf(((await answer.json()) as Answer).result));
    const listening = await ask(bed, { session });
    // It waits for input, of which it has told.
    const waits = await ask(bed, { session, body: call(3, 'ask') });
    const ended = await ask(bed, { method: 'DELETE', session });
    assert.deepEqual([ended.status, await ended.text()], [200, '']);
    const [asking, over] = await eventsIn(waits);
    assert.equal(asking?.method, 'elicitation/create');
    assert.deepEqual(over?.error, { code: -32603, message: 'The session ended before the answer.' });
    assert.equal(await listening.text(), '');
    assert.equal((await ask(bed, { session, body: request(5, 'ping') })).status, 404);
    await until(() => !isAlive(pid) && bed.host.sessions === 0);
  });

  it('belongs to the caller who began it', async () => {
    await using bed = await openBed();
    const as = (subject: string) => ({ 'mooring-issuer': 'https://issuer', 'mooring-subject': subject });
    const session = await begin(bed, as('ada'));
    for (const [subject, status] of [
      ['ada', 200],
      ['eve', 404],
    ] as const) {
      const answer = await ask(bed, { session, body: request(2, 'ping'), headers: as(subject) });
      await answer.text();
      assert.equal(answer.status, status);
    }
  });

  it('that nobody uses makes room for another one', async () => {
    await using bed = await openBed({ maxSessions: 1 });
    const first = await begin(bed);
    await begin(bed);
    assert.equal((await ask(bed, { session: first, body: request(2, 'ping') })).status, 404);
    await using connected = await connect(bed, { over: 'WebSocket' });
    const { content } = await connected.client.callTool({ name: 'echo', arguments: { text: 'aye' } });
    assert.deepEqual(content, [{ type: 'text', text: 'aye' }]);
    assert.equal(bed.host.sessions, 1);
    const refused = await ask(bed, { body: initializeRequest() });
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
  });

  it('that nobody uses ends after its time, which begins anew with each request', async () => {
    using clock = new HandClock();
    await using bed = await openBed({ sessionIdle: 60_000, later: clock.later });
    const session = await begin(bed);
    for (let turn = 2; turn < 5; turn += 1) {
      // The end of a response is known to its client first.
      await until(() => clock.waiting === 1);
      clock.advance(59_999);
      const answer = await ask(bed, { session, body: request(turn, 'ping') });
      assert.equal(answer.status, 200, await answer.text());
    }
    await until(() => clock.waiting === 1);
    clock.advance(60_000);
    await until(() => bed.host.sessions === 0);
  });

  it('does not end while a response of it is open', async () => {
    using clock = new HandClock();
    await using bed = await openBed({ sessionIdle: 60_000, later: clock.later });
    const session = await begin(bed);
    const gone = new AbortController();
    await ask(bed, { session, signal: gone.signal });
    assert.equal(clock.waiting, 0);
    gone.abort();
    await until(() => clock.waiting === 1);
    clock.advance(60_000);
    await until(() => bed.host.sessions === 0);
  });
});

describe('what is refused', () => {
  const ping = request(2, 'ping');
  const bare = { accept: '*/*' };
  const cases: Record<string, [Asking, number, number]> = {
    'another method': [{ method: 'PUT', body: ping }, 405, -32000],
    'a body that is not said to be JSON': [
      { body: ping, headers: { 'content-type': 'text/plain' } },
      415,
      -32000,
    ],
    'a POST whose client takes no events': [
      { body: ping, headers: { accept: 'application/json' } },
      406,
      -32000,
    ],
    'a GET whose client takes no events': [{ headers: bare }, 406, -32000],
    'a body that is not JSON': [{ body: '{' }, 400, -32700],
    'a body that is no message': [{ body: { jsonrpc: '2.0', id: 1 } }, 400, -32600],
    'an empty batch': [{ body: [] }, 400, -32600],
    'a batch with something else in it': [{ body: [ping, 7] }, 400, -32600],
    'a batch of very many': [
      { body: Array.from({ length: 101 }, (_, id) => request(id, 'ping')) },
      400,
      -32600,
    ],
    'a body that is too large': [{ body: call(2, 'echo', { text: 'x'.repeat(70_000) }) }, 413, -32000],
    'a second beginning': [{ body: initializeRequest() }, 400, -32600],
    'an id that is used twice': [{ body: [ping, ping] }, 400, -32600],
    'a version that there is not': [
      { body: ping, headers: { 'mcp-protocol-version': '1999-01-01' } },
      400,
      -32000,
    ],
    'a session that there is not': [{ body: ping, session: 'none' }, 404, -32001],
  };

  it('is said with an error, and disturbs nothing', async () => {
    await using bed = await openBed({ maxMessageBytes: 65_536 });
    const session = await begin(bed);
    for (const [what, [asking, status, code]] of Object.entries(cases)) {
      const answer = await ask(bed, { session, ...asking });
      const { error } = (await answer.json()) as Answer;
      assert.deepEqual([answer.status, error?.code], [status, code], what);
    }
    const answer = await ask(bed, { session, body: call(3, 'echo', { text: 'aye' }) });
    assert.equal(textOf(((await answer.json()) as Answer).result), 'aye');
    assert.deepEqual(bed.errors, []);
  });

  it('is what names no session and does not begin one', async () => {
    await using bed = await openBed();
    const statuses: [Asking, number][] = [
      [{ body: ping }, 400],
      [{}, 405],
      [{ method: 'DELETE' }, 405],
    ];
    for (const [asking, status] of statuses) {
      const answer = await ask(bed, asking);
      assert.equal(answer.status, status, await answer.text());
    }
  });

  it('is an id whose request waits for its answer', async () => {
    await using bed = await openBed();
    const session = await begin(bed);
    const waits = await ask(bed, { session, body: call(2, 'ask') });
    const refused = await ask(bed, { session, body: request(2, 'ping') });
    const { id, error } = (await refused.json()) as Answer;
    assert.deepEqual([refused.status, id, error?.code], [400, 2, -32600]);
    await (await ask(bed, { method: 'DELETE', session })).text();
    assert.equal((await eventsIn(waits)).length, 2);
  });
});
