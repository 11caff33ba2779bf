/**
 * Exchange: hears the messages of an HTTP exchange whose application wants its MCP messages counted: a POST of JSON,
 * or a GET of events, and its answer (Streamable HTTP). Other exchanges are left alone.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Budget } from '../../kit/budget.ts';
import type { McpListener, Side } from '../../observe/mcp/listener.ts';
import type { Preference } from '../affinity.ts';
import type { Call } from '../authenticate.ts';
import type { RawHeaders } from '../headers.ts';
import type { TapOptions } from './connection.ts';
import { EventReader } from './event-reader.ts';
import type { Heard } from './frame-reader.ts';
import { Gathering } from './gathering.ts';

/** What the head of a message says of its body. */
type BodyHeaders = Pick<IncomingHttpHeaders, 'content-type' | 'content-encoding'>;

interface Asked {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Is told of the pieces of a body, each after it was passed on; it may keep them. */
export interface BodyTap {
  read(chunk: Buffer): void;
  end(): void;
}

/** Whose bodies are not wanted has no tap. */
export interface ExchangeTap extends Disposable {
  readonly request: BodyTap | undefined;
  answer(headers: BodyHeaders): BodyTap | undefined;
}

const json = /^application\/json\s*(;|$)/i;
const events = /^text\/event-stream\s*(;|$)/i;

/** True for what may be an exchange of Streamable HTTP. */
function maySpeakMcp({ method, headers }: Asked): boolean {
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
  asked: Asked,
  { listener, budget }: { listener: McpListener; budget: Budget },
): ExchangeTap {
  const heard = (side: Side): Heard => ({
    heard: (bytes) => listener.heard(side, bytes),
    unread: (bytes) => listener.unread(side, bytes),
  });
  const readers = new Set<Reader>();
  const follow = (reader: Reader): BodyTap => {
    readers.add(reader);
    return {
      read: (chunk) => readers.has(reader) && reader.read(chunk),
      end: () => readers.has(reader) && reader.end(),
    };
  };
  let isResumable = false;
  return {
    request: asked.method === 'POST' ? follow(bodyReader(asked.headers, heard('client'), budget)) : undefined,
    answer: (headers) => {
      const type = headers['content-type'] ?? '';
      isResumable = events.test(type);
      if (isResumable && !isEncoded(headers)) return follow(eventReader(heard('replica'), budget));
      if (!isResumable && !json.test(type)) return undefined;
      return follow(bodyReader(headers, heard('replica'), budget));
    },
    [Symbol.dispose]: () => {
      for (const reader of readers) reader[Symbol.dispose]();
      readers.clear();
      listener.end({ isResumable });
    },
  };
}

type Reader = BodyTap & Disposable;

function eventReader(heard: Heard, budget: Budget): Reader {
  const reader = new EventReader(heard, budget);
  return {
    read: (chunk) => reader.read(chunk),
    end: () => {},
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** A body that is one message. */
function bodyReader(headers: BodyHeaders, heard: Heard, budget: Budget): Reader {
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

function isEncoded(headers: BodyHeaders): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding.toLowerCase() !== 'identity';
}
