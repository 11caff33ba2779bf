/** Listener: what hears the MCP messages of one connection or of one HTTP exchange, after they were passed on. */

export type Side = 'client' | 'replica';

/** Keeps nothing of a message but what docs/operations.md names. Never throws. */
export interface McpListener {
  /** A whole message, as JSON in UTF-8. The bytes may be overwritten afterwards. */
  heard(from: Side, bytes: Buffer): void;
  /** One that cannot be read: too large, binary or compressed. */
  unread(from: Side, bytes: number): void;
  /** Nothing comes any more. `isResumable`: what is unanswered may yet be answered elsewhere in the session. */
  end(how?: { readonly isResumable: boolean }): void;
}

export interface Listening {
  readonly transport: 'websocket' | 'http';
  /** What requests and their answers in other exchanges have in common. Undefined: there is no session. */
  readonly session: string | undefined;
}
