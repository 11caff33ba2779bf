/** An HTTP server for tests, on a free port, that answers by a function of the request. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON, an iterable chunk by chunk. Default: no body. */
  readonly body?: unknown;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  /** Every request so far. */
  readonly received: readonly Received[];
}

export async function testServer(answer: (request: Received) => Reply | Promise<Reply>): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: await text(request) };
      received.push(one);
      const { status = 200, headers: extra = {}, body } = await answer(one);
      response.writeHead(status, extra);
      if (isChunks(body)) for await (const chunk of body) response.write(chunk);
      response.end(isChunks(body) || body === undefined ? '' : asText(body));
    })().catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const isChunks = (body: unknown): body is AsyncIterable<string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
