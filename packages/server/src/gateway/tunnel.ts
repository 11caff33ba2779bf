/** Tunnel: how the gateway reaches a replica of another node. */
import type { OnReadOpts, Socket } from 'node:net';
import type { NodeAddress } from '../directory/endpoint.ts';

export interface TunnelOptions {
  readonly node: NodeAddress;
  readonly applicationId: string;
  readonly replicaId: string;
  /** As for net.connect. */
  readonly onread?: OnReadOpts | undefined;
}

/** Returns a connection that is being made; what is written before it is there waits. */
export type OpenTunnel = (options: TunnelOptions) => Socket;
