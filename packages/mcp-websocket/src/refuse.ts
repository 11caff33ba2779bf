/**
 * Refuse: says no to a handshake before 101, as an HTTP response with `{"code","message"}`, and lets go of the
 * socket within a second or so, whatever the client does.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** A word for programs, as Mooring and the OCI service use them. */
  readonly code: string;
  /** A sentence for people: what is wrong and what to do. */
  readonly message: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long the client may take to read the response and close, in milliseconds. */
const patience = 1_000;

export function refuse(socket: Duplex, refusal: Refusal): void {
  const timer = setTimeout(() => socket.destroy(), patience).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  // What the client has sent meanwhile must be read, or the kernel answers with a reset and the response is lost.
  socket.resume();
  socket.end(responseText(refusal));
}

function responseText({ status, code, message, headers }: Refusal): string {
  const body = JSON.stringify({ code, message });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
