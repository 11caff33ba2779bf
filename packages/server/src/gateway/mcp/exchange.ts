/**
 * Exchange: hears the messages of an HTTP exchange whose application wants its MCP messages counted: a POST of JSON,
 * or a GET of events, and its answer (Streamable HTTP). Other exchanges are left alone.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Budget } from '../../kit/budget.ts';
import type { McpListener, Side } from '../../observe/mcp/listener.ts';
import type { Preference } from '../affinity.ts';
import type { Call } from '../authenticate.ts';
import type { RawHeaders } from '../headers.ts';
import type { TapOptions } from './connection.ts';
import { EventReader } from './event-reader.ts';
import type { Heard } from './frame-reader.ts';
import { Gathering } from './gathering.ts';

/** The head of a message, and its body. */
type Incoming = Readable & { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders };

/** Both are to be called once the stream's chunks are being passed on, so that they are heard afterwards. */
export interface ExchangeTap extends Disposable {
  request(): void;
  answer(answer: Incoming): void;
}

const json = /^application\/json\s*(;|$)/i;
const events = /^text\/event-stream\s*(;|$)/i;

/** True for what may be an exchange of Streamable HTTP. */
function maySpeakMcp({ method, headers }: Pick<Incoming, 'method' | 'headers'>): boolean {
  if (method === 'POST') return json.test(headers['content-type'] ?? '');
  return method === 'GET' && (headers.accept ?? '').includes('text/event-stream');
}

/** So that the answer can be read. */
export function withoutCompression(headers: RawHeaders): RawHeaders {
  const kept: RawHeaders = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    if (name.toLowerCase() !== 'accept-encoding') kept.push(name, value);
  }
  return [...kept, 'Accept-Encoding', 'identity'];
}

export interface ExchangeOptions extends TapOptions {
  readonly preference?: Preference | undefined;
}

/** Undefined: the messages are not to be counted. To be disposed of when the exchange is over. */
export function tapExchange(
  { arrival: { request }, route }: Call,
  { watched, gathered, preference }: ExchangeOptions,
): ExchangeTap | undefined {
  if (!route.endpoint.settings.mcpTelemetry || !maySpeakMcp(request)) return undefined;
  const session =
    preference?.kind === 'session' ? `${preference.replicaId} ${preference.upstreamId}` : undefined;
  const listener = watched.listen({ transport: 'http', session });
  return listener && hearExchange(request, { listener, budget: gathered });
}

function hearExchange(
  request: Incoming,
  { listener, budget }: { listener: McpListener; budget: Budget },
): ExchangeTap {
  const heard = (side: Side): Heard => ({
    heard: (bytes) => listener.heard(side, bytes),
    unread: (bytes) => listener.unread(side, bytes),
  });
  const readers = new Set<Reader>();
  const follow = (stream: Readable, reader: Reader): void => {
    readers.add(reader);
    stream.on('data', (chunk: Buffer) => readers.has(reader) && reader.read(chunk));
    stream.once('end', () => readers.has(reader) && reader.end());
  };
  let isResumable = false;
  return {
    request: () => {
      if (request.method === 'POST') follow(request, bodyReader(request.headers, heard('client'), budget));
    },
    answer: (answer) => {
      const type = answer.headers['content-type'] ?? '';
      isResumable = events.test(type);
      if (isResumable && !isEncoded(answer.headers)) follow(answer, eventReader(heard('replica'), budget));
      else if (isResumable || json.test(type))
        follow(answer, bodyReader(answer.headers, heard('replica'), budget));
    },
    [Symbol.dispose]: () => {
      for (const reader of readers) reader[Symbol.dispose]();
      readers.clear();
      listener.end({ isResumable });
    },
  };
}

interface Reader extends Disposable {
  read(chunk: Buffer): void;
  end(): void;
}

function eventReader(heard: Heard, budget: Budget): Reader {
  const reader = new EventReader(heard, budget);
  return {
    read: (chunk) => reader.read(chunk),
    end: () => {},
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** A body that is one message. */
function bodyReader(headers: IncomingHttpHeaders, heard: Heard, budget: Budget): Reader {
  const gathering = new Gathering(budget);
  if (isEncoded(headers)) gathering.skip();
  return {
    read: (chunk) => void gathering.add(chunk),
    end: () => {
      const { size } = gathering;
      const bytes = gathering.take();
      if (bytes === undefined) heard.unread(size);
      else if (size > 0) heard.heard(bytes);
    },
    [Symbol.dispose]: () => gathering[Symbol.dispose](),
  };
}

function isEncoded(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding.toLowerCase() !== 'identity';
}
