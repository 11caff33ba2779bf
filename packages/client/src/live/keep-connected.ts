/** Keep connected, in Node: a lasting connection whose handshakes carry headers. */
import type { Fetch } from '../fetch.ts';
import { connect, type ConnectOptions } from './connect.ts';
import { openLasting } from './lasting.ts';
import type { LastingConnection, LastingOptions } from './options.ts';
import { renewToken } from './ticket.ts';

export interface KeepConnectedOptions extends LastingOptions, Omit<ConnectOptions, 'token' | 'signal'> {
  /** For handing in new tokens. Default: the global fetch. */
  readonly fetch?: Fetch;
}

/** @param url WebSocket URL of the application. Rejects like `connect` when the first attempt fails. */
export function keepConnected(url: string, options: KeepConnectedOptions = {}): Promise<LastingConnection> {
  const { subprotocols, ca, headers, timeout, pingInterval, fetch, ...lasting } = options;
  const handshake = {
    ...(subprotocols && { subprotocols }),
    ...(ca !== undefined && { ca }),
    ...(headers && { headers }),
    ...(timeout !== undefined && { timeout }),
    ...(pingInterval !== undefined && { pingInterval }),
  };
  return openLasting(
    {
      dial: (once) => connect(url, { ...handshake, ...once }),
      renew: (connectionId, { token, signal }) => renewToken(url, connectionId, { token, fetch, signal }),
    },
    lasting,
  );
}
