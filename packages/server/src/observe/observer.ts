/**
 * Observer: what the gateway tells of an arrival while it goes through its stages. Figures and traces are made of it;
 * without an observer nothing is.
 */
import type { Listening, McpListener } from './mcp/listener.ts';

export interface Arrived {
  readonly applicationId: string;
  readonly kind: 'request' | 'connection';
  readonly requestId: string;
  readonly method: string;
  /** As the client sent it (W3C Trace Context). */
  readonly traceparent: string | undefined;
}

/** `wake`: until there is a replica. `dial`: the replica's handshake. `proxy`: an exchange. `relay`: a connection. */
export type Stage = 'wake' | 'dial' | 'proxy' | 'relay';

/** One arrival, from its acceptance to its end. */
export interface Watched {
  /** A stage begins; it ends by disposal. */
  stage(name: Stage): Disposable;
  /** What the replica gets as `traceparent` in the stage that is under way. Undefined: what the client sent. */
  readonly traceparent: string | undefined;
  /** It has a replica, after so many seconds. `isCold`: none was ready when it came. */
  seated(how: { readonly isCold: boolean; readonly replicaId: string; readonly seconds: number }): void;
  /** A replica answered a request, or a handshake (101). */
  answered(status: number): void;
  /** Its messages are MCP's, and the application wants them counted. Undefined: nobody counts. */
  listen(how: Listening): McpListener | undefined;
  /** @param code why it was refused, when it was */
  end(code?: string): void;
}

export interface Observer {
  arrive(arrived: Arrived): Watched;
  /** An arrival was refused before it was known to be one of an application that there is. */
  refused(code: string): void;
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };

const unwatched: Watched = {
  stage: () => nothing,
  traceparent: undefined,
  seated: () => {},
  answered: () => {},
  listen: () => undefined,
  end: () => {},
};

export const noObserver: Observer = { arrive: () => unwatched, refused: () => {} };
