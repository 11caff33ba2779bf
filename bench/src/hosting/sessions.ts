/** Sessions of MCP clients, with no more of a client than the load needs: one call in flight in each. */
import { once } from 'node:events';
import http from 'node:http';
import { WebSocket } from 'ws';

export interface Door {
  readonly url: string;
  /** Undefined: nobody asks for one. */
  readonly token: string | undefined;
}

/** An initialized session. Disposal ends it. */
export interface Session extends AsyncDisposable {
  /** Calls the tool `echo`; resolves with its answer there. Throws an Error when the answer is another. */
  call(message: string): Promise<void>;
}

export type OpenSession = (door: Door) => Promise<Session>;

const version = '2025-06-18';
const initialize = {
  method: 'initialize',
  params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};
const initialized = { method: 'notifications/initialized' };
const echo = (message: string) => ({
  method: 'tools/call',
  params: { name: 'echo', arguments: { message } },
});

const text = (id: number | undefined, content: object): string =>
  JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), ...content });

function expect(answer: string, part: string): void {
  if (!answer.includes(part)) throw new Error(`another answer was expected than ${answer.slice(0, 300)}`);
}

const authorization = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Over WebSocket. */
export const openLive: OpenSession = async ({ url, token }) => {
  const socket = new WebSocket(url, ['mcp'], { headers: authorization(token), perMessageDeflate: false });
  await once(socket, 'open');
  const ask = async (content: object): Promise<string> => {
    const answer = Promise.withResolvers<string>();
    const lost = (): void => answer.reject(new Error('the session was closed'));
    socket.once('close', lost);
    // A list of buffers comes only where `binaryType` asks for it.
    socket.once('message', (data) => answer.resolve(Buffer.isBuffer(data) ? data.toString() : ''));
    socket.send(text(++asked, content));
    return await answer.promise.finally(() => socket.off('close', lost));
  };
  let asked = 0;
  expect(await ask(initialize), 'protocolVersion');
  socket.send(text(undefined, initialized));
  return {
    call: async (message) => expect(await ask(echo(message)), message),
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close');
      socket.close(1000);
      await closed;
    },
  };
};

/** Over Streamable HTTP, on one connection that is kept. */
export const openHttp: OpenSession = async ({ url, token }) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const headers: Record<string, string> = {
    ...authorization(token),
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const send = async (method: string, body?: string): Promise<Answer> =>
    await exchange(http.request(url, { agent, method, headers }), body);
  let asked = 0;
  const first = await send('POST', text((asked += 1), initialize));
  expect(first.body, 'protocolVersion');
  if (first.session !== undefined) headers['mcp-session-id'] = first.session;
  headers['mcp-protocol-version'] = version;
  await send('POST', text(undefined, initialized));
  return {
    call: async (message) => expect((await send('POST', text((asked += 1), echo(message)))).body, message),
    [Symbol.asyncDispose]: async () => {
      await send('DELETE');
      agent.destroy();
    },
  };
};

interface Answer {
  readonly body: string;
  readonly session: string | undefined;
}

async function exchange(request: http.ClientRequest, body: string | undefined): Promise<Answer> {
  const answered = Promise.withResolvers<http.IncomingMessage>();
  request.once('response', answered.resolve);
  request.once('error', answered.reject);
  request.end(body);
  const answer = await answered.promise;
  let read = '';
  for await (const chunk of answer.setEncoding('utf8')) read += String(chunk);
  const { statusCode = 0, headers } = answer;
  if (statusCode >= 400) throw new Error(`the host answered ${statusCode}: ${read}`);
  const session = headers['mcp-session-id'];
  return { body: read, session: typeof session === 'string' ? session : undefined };
}
