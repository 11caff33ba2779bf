/** A gateway on a real port with replicas on real ports, for the tests of this folder. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http, {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import net, { type Socket } from 'node:net';
import {
  defaultSettings,
  invokePath,
  livePath,
  makeOcid,
  Problem,
  type ApplicationSettings,
} from '@mooring/contract';
import { pino } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemRandom } from '../kit/clock.ts';
import { Directory } from '../directory/directory.ts';
import type { Endpoint, EndpointAuth } from '../directory/endpoint.ts';
import type { FindHolder, Principal, VerifyToken } from '../identity/principal.ts';
import type { Ticket, Tickets } from '../identity/tickets.ts';
import type { Observer } from '../observe/observer.ts';
import { Gateway } from './gateway.ts';
import { acceptKey } from './handshake.ts';
import { listenForApplications } from './listener.ts';
import type { Nudge } from './load.ts';
import { createNames } from './names.ts';
import type { Tables } from './tables.ts';

export const goodToken = 'good.token.value';
/** The header that lets a request in. */
export const bearer = { authorization: `Bearer ${goodToken}` };

export interface TestGateway extends AsyncDisposable {
  readonly port: number;
  readonly directory: Directory;
  readonly gateway: Gateway;
  /** Everything that was logged, one JSON object a line. */
  readonly logged: () => string;
  /** Resolves when no seat is taken at any replica any more. */
  idle(): Promise<void>;
  /** Resolves with the first log entry, past or future, of that message. */
  entry(message: string): Promise<Record<string, unknown>>;
}

/** Whoever calls with `goodToken`. */
export const someone: Principal = {
  kind: 'token',
  subject: 'someone',
  clientId: 'client',
  scope: 'invoke',
  issuer: 'https://issuer.example',
  expiresAt: undefined,
};

/** Accepts `goodToken` and refuses everything else. */
const verifyGood: VerifyToken = async (token) => {
  if (token === goodToken) return someone;
  throw new Problem('NotAuthenticated', 'The token is not valid.');
};

/** Tickets as the store keeps them. */
function inMemory(): Tickets {
  const kept = new Map<string, Ticket>();
  return {
    add: async (ticket) => void kept.set(ticket.digest, ticket),
    take: async (digest) => {
      const ticket = kept.get(digest);
      kept.delete(digest);
      return ticket;
    },
  };
}

export async function startGateway(
  options: {
    verifyToken?: VerifyToken;
    findKey?: FindHolder;
    publicUrls?: string[];
    appsDomain?: string;
    trustedProxies?: string[];
    now?: () => number;
    isReady?: () => boolean;
    tls?: { cert: string; key: string };
    sealKey?: Uint8Array;
    isWithdrawn?: (caller: Principal) => boolean;
    observer?: Observer;
    /** Shared with other gateways. */
    tables?: Tables;
    nudge?: Nudge;
    catchUp?: () => Promise<void>;
  } = {},
): Promise<TestGateway> {
  const directory = new Directory();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => (lines.push(line), waiting.forEach((check) => check())) },
  );
  const gateway = new Gateway({
    directory,
    names: createNames({
      publicUrls: options.publicUrls ?? [],
      localUrls: ['http://localhost:8080'],
      trustedProxies: options.trustedProxies ?? [],
      appsDomain: options.appsDomain,
    }),
    verifyToken: options.verifyToken ?? verifyGood,
    ...(options.findKey && { findKey: options.findKey }),
    assert: () => 'assertion',
    ...(options.sealKey && { sealKey: options.sealKey }),
    ...(options.observer && { observer: options.observer }),
    ...(options.tables && { tables: options.tables }),
    ...(options.nudge && { nudge: options.nudge }),
    ...(options.catchUp && { catchUp: options.catchUp }),
    ...(options.isWithdrawn && { isWithdrawn: options.isWithdrawn }),
    tickets: inMemory(),
    clock: { now: options.now ?? Date.now },
    random: systemRandom,
    log,
    isReady: options.isReady ?? (() => true),
  });
  const listener = await listenForApplications(
    { host: '127.0.0.1', port: 0, ...(options.tls && { tls: options.tls }) },
    {
      request: (request, response) => void gateway.request(request, response),
      upgrade: (request, socket, head) => void gateway.upgrade(request, socket, head),
    },
  );
  const idle = async (): Promise<void> => {
    const replicas = directory.all().flatMap((endpoint) => endpoint.replicas);
    const plan = { after: 0, spread: 0, requests: 5, closes: 5 };
    await Promise.all(replicas.map(({ id }) => gateway.connections.drain(id, plan)));
  };
  return {
    port: listener.port,
    directory,
    gateway,
    logged: () => lines.join(''),
    entry: (message) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = lines
            .map((line): Record<string, unknown> => JSON.parse(line))
            .find((entry) => entry.msg === message);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    idle,
    [Symbol.asyncDispose]: async () => {
      await gateway.drain({ grace: 0 });
      await idle();
      gateway[Symbol.dispose]();
      await listener[Symbol.asyncDispose]();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly rawTrailers: string[];
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Default: a connection of its own. */
  readonly agent?: http.Agent;
}

/** Sends a request with the good token and reads the whole answer. Rejects when the answer is cut. */
export async function ask(port: number, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent = false } = question;
  const request = http.request({
    port,
    host: '127.0.0.1',
    path,
    method,
    agent,
    headers: {
      ...bearer,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  });
  request.end(body);
  const [message]: IncomingMessage[] = await once(request, 'response');
  if (message === undefined) throw new TypeError('an answer was expected');
  const chunks: Buffer[] = await message.toArray();
  const { statusCode = 0, rawHeaders, rawTrailers } = message;
  return {
    status: statusCode,
    headers: message.headers,
    rawHeaders,
    rawTrailers,
    body: Buffer.concat(chunks).toString(),
  };
}

/** The client's key of `handshake`. */
export const clientKey = 'dGhlIHNhbXBsZSBub25jZQ==';

/** An opening handshake as it stands on the wire. A header of undefined is left out. */
export function handshake(path: string, headers: Record<string, string | undefined> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': clientKey,
    Authorization: bearer.authorization,
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  return [`GET ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}

/** A replica's good answer to a handshake, with further header lines. */
export function switching(request: IncomingMessage, ...lines: string[]): string {
  const accept = acceptKey(request.headers['sec-websocket-key'] ?? '');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...head, `Sec-WebSocket-Accept: ${accept}`, ...lines, '', ''].join('\r\n');
}

export interface TestReplica extends AsyncDisposable {
  readonly port: number;
  readonly server: http.Server;
  /** Heads of the requests and handshakes that arrived. */
  readonly requests: IncomingMessage[];
  readonly sockets: Set<Socket>;
}

/** A replica of which each part can be set: HTTP answers, WebSocket sessions, or the bare socket. */
export async function startReplica(parts: {
  http?: RequestListener;
  webSocket?: (socket: WebSocket, request: IncomingMessage) => void;
  upgrade?: (request: IncomingMessage, socket: Socket) => void;
  perMessageDeflate?: boolean;
}): Promise<TestReplica> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request);
    parts.http?.(request, response);
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: parts.perMessageDeflate ?? false,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: (offered) => (offered.has('mcp') ? 'mcp' : false),
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (parts.upgrade !== undefined && socket instanceof net.Socket) return parts.upgrade(request, socket);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {});
      parts.webSocket?.(webSocket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  return {
    port: address.port,
    server,
    requests,
    sockets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const oauth: EndpointAuth = {
  kind: 'oauth',
  issuer: 'https://issuer.example',
  audience: 'urn:test',
  scope: 'invoke',
};

/** Puts an application into the directory; returns its paths. */
export function host(
  directory: Directory,
  replicas: readonly TestReplica[],
  options: { auth?: EndpointAuth; settings?: Partial<ApplicationSettings> } = {},
): { id: string; invoke: (path?: string) => string; live: (path?: string) => string; endpoint: Endpoint } {
  const kind = options.auth?.kind === 'signature' ? 'applicationIam' : 'application';
  const id = makeOcid(kind, randomBytes(32));
  const endpoint: Endpoint = {
    applicationId: id,
    name: 'test',
    auth: options.auth ?? oauth,
    settings: { ...defaultSettings, ...options.settings },
    replicas: replicas.map(({ port }, index) => ({
      id: `${id}-${index}`,
      host: '127.0.0.1',
      port,
      state: 'ready' as const,
    })),
    notice: undefined,
  };
  directory.put(endpoint);
  return { id, invoke: (path) => invokePath(id, path), live: (path) => livePath(id, path), endpoint };
}
