/** A live connection: one WebSocket to an application, the same for whoever holds it in Node and in browsers. */

/** How a connection ended: a code of RFC 6455 section 7.4 (1005: none was sent, 1006: no close was seen). */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface LiveConnection extends AsyncDisposable, AsyncIterable<string | Uint8Array> {
  /** The subprotocol that was agreed on, or an empty string. */
  readonly subprotocol: string;
  /** What names the connection when it gets another token. Undefined: this client was not told. */
  readonly connectionId: string | undefined;
  /** Settles when the connection is over. Never rejects. */
  readonly closed: Promise<Closing>;
  /** Resolves when the message is handed to the network; rejects when the connection is over. */
  send(message: string | Uint8Array): Promise<void>;
  /** Closes with 1000, waits 5 s for the answer, then cuts. */
  close(): Promise<Closing>;
}

/** Milliseconds that the peer has to answer a close. */
export const closeGrace = 5_000;

/** Milliseconds that a handshake may take when nothing else is said; a cold start is part of it. */
export const handshakeTimeout = 60_000;
