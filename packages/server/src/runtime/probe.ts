/** A probe: one GET to a replica, and in a few words what came back. Only status 200 is good. */
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  readonly path: '/ready' | '/health';
}

export interface ProbeAnswer {
  readonly good: boolean;
  /** True when somebody accepted the connection. */
  readonly connected: boolean;
  /** What came back, as the end of a sentence: `answered 503: starting`, `connection refused`. */
  readonly said: string;
}

/** How much of a bad answer's body is told, in bytes. */
const excerptLimit = 200;

export interface ProbeOptions {
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Probes once. Never throws. Where nobody listens it costs a connection that is refused, and nothing more. */
export function probe(target: ProbeTarget, options: ProbeOptions): Promise<ProbeAnswer> {
  const { timeoutMs, signal } = options;
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port });
    let connected = false;
    const settle = (good: boolean, said: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve({ good, connected, said });
      socket.destroy();
    };
    let soFar = `timed out after ${timeoutMs} ms`;
    const timer = setTimeout(() => settle(false, soFar), timeoutMs);
    const abort = (): void => settle(false, 'had not answered yet');
    signal.addEventListener('abort', abort);
    socket.on('error', (error) => settle(false, nameOf(error)));
    socket.on('connect', () => {
      connected = true;
      const request = ask(target, socket);
      request.on('error', (error) => settle(false, nameOf(error)));
      request.on('close', () => settle(false, 'closed the connection without an answer'));
      request.on('response', (response) => {
        if (response.statusCode === 200) return settle(true, 'answered 200');
        soFar = describe(response, '');
        collectExcerpt(response, (excerpt) => settle(false, describe(response, excerpt)));
      });
    });
  });
}

function ask(target: ProbeTarget, socket: Socket): ClientRequest {
  const headers = { 'user-agent': 'mooring-probe', connection: 'close' };
  return get({ ...target, headers, createConnection: () => socket });
}

function collectExcerpt(response: IncomingMessage, done: (excerpt: string) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  const finish = (): void => done(Buffer.concat(parts).subarray(0, excerptLimit).toString().trim());
  response.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    if (size >= excerptLimit) finish();
  });
  response.on('end', finish);
  response.on('error', finish);
}

function describe(response: IncomingMessage, excerpt: string): string {
  const status = `answered ${response.statusCode} ${response.statusMessage ?? ''}`.trim();
  return excerpt === '' ? status : `${status}: ${excerpt.replace(/\s+/g, ' ')}`;
}

function nameOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ECONNRESET') return 'connection reset';
  if (error.code?.startsWith('HPE_')) return `answered something that is not HTTP (${error.message})`;
  return error.message;
}
