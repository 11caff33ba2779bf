/** Refusal: an HTTP request that is not carried out, with a JSON-RPC error as its body. */
import type { ServerResponse } from 'node:http';
import type { RequestId } from '@modelcontextprotocol/server';

export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  /** Of the request that is refused. Default null: unknown. */
  readonly id?: RequestId | null;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Does nothing when an answer is under way already. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  const { status, code, message, id = null, data, headers } = refusal;
  const error = data === undefined ? { code, message } : { code, message, data };
  sendJson(response, { status, text: JSON.stringify({ jsonrpc: '2.0', id, error }), headers });
}

/** An answer that is whole, in one write. */
export function sendJson(
  response: ServerResponse,
  { status, text, headers }: { status: number; text: string; headers?: Refusal['headers'] },
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': length,
    ...headers,
  });
  response.end(text);
}
