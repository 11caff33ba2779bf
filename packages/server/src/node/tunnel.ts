/** Tunnel: a connection to a replica of another node, through the listener of that node. */
import tls from 'node:tls';
import type { OpenTunnel } from '../gateway/tunnel.ts';
import type { Credentials } from './authority.ts';

/** Opens tunnels with the credentials of this node. */
export function tunnelsOf(credentials: Credentials): OpenTunnel {
  return ({ node, applicationId, replicaId, onread }) => {
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
    socket.write(`replica ${applicationId} ${replicaId}\n`);
    return socket;
  };
}
