/** What a client of the matrix is sent for, and what it brings back. */
import type { Errand, Heard } from '../page/converse.ts';
import type { TransportName } from './table.ts';

export interface Trip extends Errand {
  readonly transport: TransportName;
  /** Of the MCP server behind the gateway: wss: or https:, as the transport is. */
  readonly url: string;
  /** Of the application's identity domain. */
  readonly token: string;
  /** Aborted when the test is over. */
  readonly signal: AbortSignal;
}

/** Connects, lists the tools, calls one, and closes. Rejects when anything of that fails. */
export type Traveller = (trip: Trip) => Promise<Heard>;
