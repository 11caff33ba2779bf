import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { Conversation, openPending, pendingLimit } from './conversation.ts';
import type { Listening, Side } from './listener.ts';
import type { Asked } from './operation.ts';
import { McpSeries, seriesLimit, toolLimit } from './series.ts';

/** Conversations of one application, on a clock that the test turns. */
function application() {
  const registry = new Registry();
  const all = new McpSeries(registry);
  const series = all.of('app');
  const sessions = openPending(series, 3);
  const clock = { now: 0 };
  const spans: (Asked & { code?: string })[] = [];
  const talk = (how: Listening = { transport: 'websocket', session: undefined }) => {
    const conversation = new Conversation({
      ...how,
      series,
      sessions,
      now: () => clock.now,
      operations: (asked) => {
        const span: Asked & { code?: string } = { ...asked };
        spans.push(span);
        return { end: (code) => void (span.code = code) };
      },
    });
    const say = (from: Side, ...messages: object[]): void => {
      const full = messages.map((message) => ({ jsonrpc: '2.0', ...message }));
      conversation.heard(from, Buffer.from(JSON.stringify(full.length === 1 ? full[0] : full)));
    };
    return { conversation, say };
  };
  /** Samples of a metric as `labels value`, without the application, which is the first. */
  const read = async (name: string): Promise<string[]> => {
    const { values } = (await registry.getSingleMetric(`mooring_mcp_${name}`)?.get()) ?? { values: [] };
    return values
      .filter(({ labels }) => !('le' in labels))
      .map(({ labels, value }) => `${Object.values(labels).slice(1).join(' ')} ${value}`);
  };
  return { talk, read, clock, spans, all, registry, sessions };
}

const call = (id: unknown, name: string): object => ({ id, method: 'tools/call', params: { name } });
const http = (session?: string): Listening => ({ transport: 'http', session });

describe('a conversation', () => {
  it('brings answers and requests together, in both directions, by ids of their own', async () => {
    const { talk, read, clock, spans } = application();
    const { say } = talk();
    say('client', { id: 1, method: 'tools/list' });
    say('replica', { id: 1, method: 'roots/list' });
    clock.now = 250;
    say('client', { id: 1, result: {} });
    say('replica', { id: 1, result: { tools: [{ name: 'echo' }] } });
    say('client', call('1', 'echo'), call(1, 'echo'));
    say('replica', { id: '1', result: { isError: true } });
    say('replica', { id: 1, error: { code: -32_602 } });
    assert.deepEqual(await read('requests_total'), [
      'out roots/list  ok 1',
      'in tools/list  ok 1',
      'in tools/call echo tool_error 1',
      'in tools/call echo -32602 1',
    ]);
    const seconds = await read('request_seconds');
    assert.ok(seconds.includes('in tools/list  0.25'), seconds.join());
    assert.deepEqual(
      spans.map(({ method, tool, isKnown, direction, code }) => [method, tool, isKnown, direction, code]),
      [
        ['tools/list', undefined, false, 'in', 'ok'],
        ['roots/list', undefined, false, 'out', 'ok'],
        ['tools/call', 'echo', true, 'in', 'tool_error'],
        ['tools/call', 'echo', true, 'in', '-32602'],
      ],
    );
  });

  it('counts what has no answer: cancelled, unanswered, asked twice, without an id', async () => {
    const { talk, read, spans } = application();
    const { say, conversation } = talk();
    say('client', { id: 1, method: 'ping' });
    say('client', { method: 'notifications/cancelled', params: { requestId: 1 } });
    say('replica', { id: 1, result: {} });
    say('client', { id: 2, method: 'ping' });
    say('client', { id: 2, method: 'prompts/list' });
    say('client', { id: null, method: 'resources/list' });
    say('replica', { id: 99, result: {} });
    conversation.end();
    assert.deepEqual(await read('requests_total'), [
      'in ping  cancelled 1',
      'in ping  untracked 1',
      'in resources/list  untracked 1',
      'in prompts/list  unanswered 1',
    ]);
    assert.deepEqual(await read('notifications_total'), ['in notifications/cancelled 1']);
    assert.deepEqual(
      spans.map(({ code }) => code),
      ['cancelled', 'untracked', 'unanswered'],
    );
  });

  it('waits for so many answers, the newest', async () => {
    const { talk, read } = application();
    const { say } = talk();
    for (let id = 0; id < pendingLimit + 5; id += 1) say('client', { id, method: 'ping' });
    for (let id = 0; id < pendingLimit + 5; id += 1) say('replica', { id, result: {} });
    assert.deepEqual(await read('requests_total'), ['in ping  untracked 5', `in ping  ok ${pendingLimit}`]);
  });

  it('counts sizes by kind, and what is nothing of MCP as that', async () => {
    const { talk, read } = application();
    const { say, conversation } = talk();
    say('client', { id: 1, method: 'ping' });
    say('client', { method: 'notifications/initialized' });
    say('replica', { id: 1, result: {} });
    say('client', { id: 1, method: 'ping' }, { id: 2, method: 'ping' });
    conversation.heard('client', Buffer.from('hello'));
    conversation.heard('replica', Buffer.from([0xff, 0xfe]));
    conversation.heard('replica', Buffer.alloc(0));
    conversation.unread('replica', 300_000);
    const counts = (await read('message_bytes')).filter((_, index) => index % 2 === 1);
    assert.deepEqual(counts, [
      'in request 1',
      'in notification 1',
      'out answer 1',
      'in batch 1',
      'in unparsed 1',
      'out unparsed 2',
      'out unread 1',
    ]);
    const sums = (await read('message_bytes')).filter((_, index) => index % 2 === 0);
    assert.ok(sums.includes('out unread 300000'), sums.join());
  });

  it('over HTTP finds answers in other exchanges of the session, and of no other', async () => {
    const { talk, read } = application();
    const stream = talk(http('a'));
    stream.say('client', { id: 1, method: 'tools/call', params: { name: 'ask' } });
    stream.say('replica', { id: 1, method: 'elicitation/create' });
    const other = talk(http('b'));
    other.say('client', { id: 1, result: {} });
    other.conversation.end();
    const reply = talk(http('a'));
    reply.say('client', { id: 1, result: {} });
    reply.conversation.end();
    stream.conversation.end({ isResumable: true });
    const resumed = talk(http('a'));
    resumed.say('replica', { id: 1, result: {} });
    resumed.conversation.end({ isResumable: true });
    assert.deepEqual(await read('requests_total'), [
      'out elicitation/create  ok 1',
      'in tools/call ask ok 1',
    ]);
  });

  it('over HTTP hears in another exchange that a request is cancelled', async () => {
    const { talk, read } = application();
    const stream = talk(http('a'));
    stream.say('client', { id: 1, method: 'ping' });
    talk(http('b')).say('client', { method: 'notifications/cancelled', params: { requestId: 1 } });
    talk(http('a')).say('client', { method: 'notifications/cancelled', params: { requestId: 1 } });
    stream.conversation.end();
    assert.deepEqual(await read('requests_total'), ['in ping  cancelled 1']);
  });

  it('over HTTP has a limit for all sessions together', async () => {
    const { talk, read, sessions } = application();
    const talks = ['a', 'b', 'c', 'd'].map((session) => talk(http(session)));
    for (const { say } of talks) say('client', { id: 1, method: 'ping' });
    assert.equal(sessions.size, 3);
    for (const { say } of talks) say('replica', { id: 1, result: {} });
    assert.deepEqual(await read('requests_total'), ['in ping  untracked 1', 'in ping  ok 3']);
  });

  it('over HTTP gives up at the end of an exchange that cannot be resumed', async () => {
    const { talk, read } = application();
    for (const [how, isResumable] of [
      [http(), true],
      [http('a'), false],
    ] as const) {
      const { say, conversation } = talk(how);
      say('client', { id: 1, method: 'ping' });
      conversation.end({ isResumable });
    }
    assert.deepEqual(await read('requests_total'), ['in ping  unanswered 2']);
  });

  it('gives up after ten minutes on what a session never answers', async () => {
    const { talk, read, clock, sessions } = application();
    const { say } = talk(http('a'));
    say('replica', { id: 1, method: 'roots/list' });
    clock.now = 600_001;
    say('replica', { id: 2, method: 'roots/list' });
    assert.deepEqual(await read('requests_total'), ['out roots/list  unanswered 1']);
    assert.equal(sessions.size, 1);
  });

  it('names only tools that there are, and so many', async () => {
    const { talk, read } = application();
    const { say } = talk();
    const ask = (name: string, result: object): void => {
      say('client', call(1, name));
      say('replica', { id: 1, ...result });
    };
    ask('made-up', { error: { code: -32_602 } });
    ask('failing', { result: { isError: true } });
    for (let index = 0; index < toolLimit + 5; index += 1) ask(`tool${index}`, { result: {} });
    const requests = await read('requests_total');
    assert.equal(requests.length, 2 + toolLimit + 1);
    assert.ok(requests.includes('in tools/call other -32602 1'));
    assert.ok(requests.includes('in tools/call other tool_error 1'));
    assert.ok(requests.includes('in tools/call other ok 5'));
  });

  it('has so many series, and none when the application is gone', async () => {
    const { all, registry, read } = application();
    const series = all.of('app');
    for (let index = 0; index < 2 * seriesLimit; index += 1)
      series.ended({
        direction: 'in',
        method: `method${index}`,
        tool: undefined,
        code: 'ok',
        requestBytes: 1,
        answer: { seconds: 1, bytes: 1 },
      });
    series.message('in', 'request', 1);
    series.notified('in', 'ping');
    const requests = await read('requests_total');
    assert.equal(requests.length, seriesLimit + 1);
    assert.equal(requests.at(-1), `in other  ok ${seriesLimit}`);
    all.forget('app');
    series.message('in', 'request', 1);
    series.notified('in', 'ping');
    assert.ok(!(await registry.metrics()).includes('app'), 'nothing of it is left');
  });
});
