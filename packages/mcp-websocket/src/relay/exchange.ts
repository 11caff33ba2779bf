/**
 * Exchange: one request of the stateless era over HTTP. The answer is a JSON object; when something comes before it, or
 * it takes its time, it becomes a stream of events. A client that goes away cancels the request.
 */
import { isJSONRPCNotification } from '@modelcontextprotocol/server';
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { Line, Pool } from './pool.ts';

/** HTTP status of errors for which the specification names one; 200 for every other answer. */
const statusOf = new Map([
  [-32601, 404],
  [-32020, 400],
  [-32021, 400],
  [-32022, 400],
]);

/** Milliseconds until an answer becomes a stream, and between its signs of life. */
const keepAlive = 15_000;

/** Events that may wait for a client that does not read. */
const maxUnread = 1_024;

export function exchange(pool: Pool, request: JSONRPCRequest, signal: AbortSignal): Promise<Response> {
  const response = Promise.withResolvers<Response>();
  const encoder = new TextEncoder();
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const write = (text: string): void => {
    stream?.enqueue(encoder.encode(text));
    if ((stream?.desiredSize ?? 0) > -maxUnread) return;
    stream?.error(new Error(`More than ${maxUnread} events wait to be read.`));
    end();
  };
  const line: Line = pool.line((message) => (isLast(message) ? finish(message) : notify(message)));
  const timer = setInterval(() => (stream === undefined ? open() : write(': \n\n')), keepAlive);
  const end = (): void => {
    clearInterval(timer);
    signal.removeEventListener('abort', end);
    line[Symbol.dispose]();
    response.resolve(new Response(undefined, { status: 499 }));
  };
  const open = (): void => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (stream = controller),
      cancel: end,
    });
    response.resolve(new Response(body, { headers: eventHeaders }));
  };
  const notify = (message: JSONRPCMessage): void => {
    if (stream === undefined) open();
    write(eventOf(message));
  };
  const finish = (message: JSONRPCMessage): void => {
    if (stream === undefined) response.resolve(plain(message));
    else {
      // That it is over, the end of the stream says.
      if (!isJSONRPCNotification(message)) write(eventOf(message));
      stream.close();
    }
    end();
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  else line.send(request);
  return response.promise;
}

/** Only an answer, and the server's word that a subscription is over, end the exchange. */
const isLast = (message: JSONRPCMessage): boolean =>
  !isJSONRPCNotification(message) || message.method === 'notifications/cancelled';

const eventHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  'X-Accel-Buffering': 'no',
};

const eventOf = (message: JSONRPCMessage): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

function plain(message: JSONRPCMessage): Response {
  const status = 'error' in message ? (statusOf.get(message.error.code) ?? 200) : 200;
  return Response.json(message, { status });
}
