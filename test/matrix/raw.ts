/** A client without an SDK: a WebSocket with the token in its headers, or one POST after the other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { converse, resultOf, revisions, type Heard } from '../page/converse.ts';
import type { Traveller, Trip } from './errand.ts';

export const raw: Traveller = (trip) =>
  trip.transport === 'WebSocket' ? overWebSocket(trip) : overHttp(trip);

async function overWebSocket({ url, token, signal, ...errand }: Trip): Promise<Heard> {
  const socket = new WebSocket(url, ['mcp'], { headers: { authorization: `Bearer ${token}` } });
  const ended = new AbortController();
  socket.on('error', () => {});
  socket.on('close', (code) => ended.abort(new Error(`closed with ${code}`)));
  const options = { signal: AbortSignal.any([signal, ended.signal]) };
  try {
    await once(socket, 'open', options);
    assert.equal(socket.protocol, 'mcp');
    let last = 0;
    return await converse(async (method, params) => {
      const id = (last += 1);
      const answered = once(socket, 'message', options);
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      const [message] = await answered;
      return resultOf(String(message));
    }, errand);
  } finally {
    socket.terminate();
  }
}

async function overHttp({ url, token, signal, ...errand }: Trip): Promise<Heard> {
  const headers = new Headers({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  });
  if (errand.era === 'stateless') headers.set('mcp-protocol-version', revisions.stateless);
  let last = 0;
  const heard = await converse(async (method, params) => {
    const id = (last += 1);
    if (errand.era === 'stateless') describe(headers, method, params);
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    const session = answer.headers.get('mcp-session-id');
    if (session !== null) headers.set('mcp-session-id', session);
    const text = await answer.text();
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return resultOf(text);
    return resultOf(answerIn(text));
  }, errand);
  if (headers.has('mcp-session-id')) await fetch(url, { method: 'DELETE', headers, signal });
  return heard;
}

/** What the stateless era wants to be told beside the body. */
function describe(headers: Headers, method: string, params: object): void {
  headers.set('mcp-method', method);
  headers.delete('mcp-name');
  if ('name' in params) headers.set('mcp-name', String(params.name));
}

/** The last event that carries anything: what was asked for ends the stream. */
function answerIn(events: string): string {
  const data = events.split('\n').filter((line) => /^data: *\S/.test(line));
  return (data.at(-1) ?? '').replace(/^data: */, '');
}
