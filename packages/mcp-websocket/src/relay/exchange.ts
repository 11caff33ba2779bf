/**
 * Exchange: one request of the stateless era over HTTP. A client that goes away cancels the request.
 */
import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import { isNotification } from '../json-rpc.ts';
import type { Pool } from './pool.ts';
import { Reply, type ReplyOptions } from './reply.ts';

/** HTTP status of errors for which the specification names one; 200 for every other answer. */
const statuses = new Map([
  [-32601, 404],
  [-32020, 400],
  [-32021, 400],
  [-32022, 400],
]);

const statusOf = (message: JSONRPCMessage): number =>
  'error' in message ? (statuses.get(message.error.code) ?? 200) : 200;

export interface ExchangeOptions extends Pick<ReplyOptions, 'maxUnreadBytes' | 'report'> {
  readonly pool: Pool;
  readonly request: JSONRPCRequest;
}

export function exchange(response: ServerResponse, { pool, request, ...limits }: ExchangeOptions): void {
  if (response.destroyed) return;
  const reply = new Reply(response, { ...limits, statusOf });
  const line = pool.line((message) => {
    if (!isNotification(message)) reply.finish(message);
    // The server's word that a subscription is over, which the end of the stream says.
    else if (message.method === 'notifications/cancelled') reply.end();
    else reply.tell(message);
  });
  response.once('close', () => line[Symbol.dispose]());
  line.send(request);
}
