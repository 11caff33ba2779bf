/** Tunnel: a connection to another node, through its listener for nodes. */
import type { OnReadOpts, Socket } from 'node:net';
import tls from 'node:tls';
import type { NodeAddress } from '../directory/endpoint.ts';
import type { OpenTunnel } from '../gateway/tunnel.ts';
import type { Credentials } from './authority.ts';

export interface CallOptions {
  readonly node: NodeAddress;
  /** What is asked for, as the listener understands it. */
  readonly line: string;
  readonly onread?: OnReadOpts | undefined;
}

/** Connects to a node and asks for something. What is written before it is connected waits. */
export function callNode(credentials: Credentials, { node, line, onread }: CallOptions): Socket {
  const { hostname, port } = new URL(`tcp://${node.address}`);
  const socket = tls.connect({
    ...credentials,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    // The certificate names the node: an address that another one has by now is not mistaken for it.
    servername: node.id,
    minVersion: 'TLSv1.3',
    ...(onread && { onread }),
  });
  socket.setNoDelay(true);
  socket.write(`${line}\n`);
  return socket;
}

/** Opens tunnels to replicas with the credentials of this node. */
export const tunnelsOf =
  (credentials: Credentials): OpenTunnel =>
  ({ node, applicationId, replicaId, onread }) =>
    callNode(credentials, { node, line: `replica ${applicationId} ${replicaId}`, onread });
