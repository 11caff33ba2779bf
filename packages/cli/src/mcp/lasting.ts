/** A connection to a hosted MCP server that lasts: it gets a token each time that it is opened again. */
import { ReconnectingTransport, WebSocketClientTransport } from '@mooring/mcp-websocket';
import { tokenFor, urlOf } from '../access.ts';
import type { Session } from '../session.ts';
import { defaultPath } from './open.ts';

export interface Lasting {
  readonly applicationId: string;
  /** The application's own path. Default `/ws`. */
  readonly path?: string | undefined;
  /** Told what becomes of the connection. */
  readonly tell: (line: string) => void;
}

export function lasting(session: Session, options: Lasting): ReconnectingTransport {
  const { applicationId, path = defaultPath, tell } = options;
  const { ca } = session.profile;
  const url = urlOf(session, applicationId, { kind: 'ws', path });
  const once = (): WebSocketClientTransport =>
    new WebSocketClientTransport(url, {
      token: () => tokenFor(session, applicationId),
      maxMessageBytes: 32 * 1024 * 1024,
      ...(ca !== undefined && { tls: { ca } }),
    });
  return new ReconnectingTransport(once, {
    onstate: (state) => {
      if (state.kind === 'reconnecting')
        tell(`connection lost (${state.cause}); trying again in ${(state.delay / 1_000).toFixed(1)} s`);
    },
  });
}
