/** Connection: hears the messages of a WebSocket connection whose application wants its MCP messages counted. */
import type { Budget } from '../../kit/budget.ts';
import type { McpListener, Side } from '../../observe/mcp/listener.ts';
import type { Watched } from '../../observe/observer.ts';
import type { Call } from '../authenticate.ts';
import { FrameReader } from './frame-reader.ts';

/** Gets what the relay has passed on, in order, per direction. Keeps no view of a piece. */
export interface Tap {
  /** What the client sent. */
  readonly client: (piece: Buffer) => void;
  readonly replica: (piece: Buffer) => void;
}

export interface TapOptions {
  readonly watched: Pick<Watched, 'listen'>;
  /** Of bytes of messages that are under way. */
  readonly gathered: Budget;
}

/** Undefined: the messages are not to be counted. To be disposed of when the connection has ended. */
export function tapConnection(
  { route }: Call,
  { watched, gathered }: TapOptions,
): (Tap & Disposable) | undefined {
  if (!route.endpoint.settings.mcpTelemetry) return undefined;
  const listener = watched.listen({ transport: 'websocket', session: undefined });
  return listener && hearConnection(listener, gathered);
}

function hearConnection(listener: McpListener, budget: Budget): Tap & Disposable {
  const from = (side: Side): FrameReader =>
    new FrameReader(
      { heard: (bytes) => listener.heard(side, bytes), unread: (bytes) => listener.unread(side, bytes) },
      budget,
    );
  const client = from('client');
  const replica = from('replica');
  return {
    client: (piece) => client.read(piece),
    replica: (piece) => replica.read(piece),
    [Symbol.dispose]: () => {
      client[Symbol.dispose]();
      replica[Symbol.dispose]();
      listener.end();
    },
  };
}
