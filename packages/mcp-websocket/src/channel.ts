/**
 * Channel: an open WebSocket that carries JSON-RPC messages, one per text frame. Both transports stand on it. It
 * enforces the limits, notices a dead peer, and tells exactly once that it is closed. Nothing in it throws into
 * the socket's event loop.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import type { RawData, WebSocket } from 'ws';
import { closeCodes, closing, describeClosing, type Closing } from './closing.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { ConnectionLimits } from './limits.ts';
import { isRefused, NotSentError, readMessage, writeMessage, type Refused } from './message.ts';

export interface ChannelEvents {
  readonly message: (message: JSONRPCMessage) => void;
  /** A text frame that was no message. */
  readonly refused: (refused: Refused) => void;
  readonly error: (error: Error) => void;
  readonly closed: (closing: Closing) => void;
}

export interface ChannelOptions {
  readonly limits: ConnectionLimits;
  readonly events: ChannelEvents;
  /** Grows with every byte that the peer sends. Default: counts frames. */
  readonly bytesRead?: (() => number) | undefined;
}

export class Channel {
  readonly #socket: WebSocket;
  readonly #limits: ConnectionLimits;
  readonly #events: ChannelEvents;
  readonly #closed = Promise.withResolvers<void>();
  #frames = 0;
  /** What we closed with, if we did so first. */
  #ours: Closing | undefined;
  #closing: Closing | undefined;

  /** The socket stays paused until `start()`, so that nothing is lost before. */
  constructor(socket: WebSocket, { limits, events, bytesRead }: ChannelOptions) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    const heartbeat = startHeartbeat({
      interval: limits.pingInterval,
      bytesRead: bytesRead ?? (() => this.#frames),
      ping: () => socket.ping(),
      lost: (silence) => void this.close(closeCodes.timeout, `Two pings in ${silence} ms were not answered.`),
    });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => this.#hear());
    socket.on('pong', () => this.#hear());
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', (code, reason) => {
      heartbeat[Symbol.dispose]();
      this.#end(this.#ours ?? closing(code, reason.toString(), 'peer'));
    });
    socket.pause();
  }

  /** How the connection ended; undefined while it lives. */
  get closing(): Closing | undefined {
    return this.#closing;
  }

  start(): void {
    this.#socket.resume();
  }

  /** Resolves when the message was handed to the network. Rejects with an UnsendableError, or when closed. */
  async send(message: JSONRPCMessage): Promise<void> {
    this.#refuseWhenClosed();
    await this.sendText(writeMessage(message, this.#limits.maxMessageBytes));
  }

  async sendText(text: string): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#socket.bufferedAmount > this.#limits.maxBufferedBytes) this.#giveUp();
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(text, (error) => (error ? reject(this.#sendError(error)) : resolve()));
    });
  }

  /** Says goodbye and resolves when the connection is gone, after `closeTimeout` at the latest. Never rejects. */
  close(code: number, reason: string): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState === socket.OPEN) {
      this.#ours = closing(code, reason, 'us');
      socket.close(code, reason);
    }
    return this.#closed.promise;
  }

  /** The peer does not read. Throws. */
  #giveUp(): never {
    const reason = `More than ${this.#limits.maxBufferedBytes} bytes wait to be read.`;
    void this.close(closeCodes.tryAgainLater, reason);
    const error = this.#sendError(undefined);
    this.#guard(() => this.#events.error(error));
    throw error;
  }

  #refuseWhenClosed(): void {
    if (this.#socket.readyState !== this.#socket.OPEN)
      throw new NotSentError(this.#sendError(undefined).message);
  }

  #sendError(cause: unknown): Error {
    const ended = this.#closing ?? this.#ours;
    const why = ended === undefined ? '' : ` (${describeClosing(ended)})`;
    return new Error(`The message was not sent: the WebSocket is closed${why}.`, { cause });
  }

  #hear(): void {
    this.#frames += 1;
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hear();
    // After our close frame nothing is answered any more (RFC 6455 section 5.5.1).
    if (this.#ours !== undefined) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      void this.close(closeCodes.unsupportedData, 'Send text frames, one JSON-RPC message each.');
      return;
    }
    this.#guard(() => {
      const read = readMessage(data.toString());
      if (isRefused(read)) this.#events.refused(read);
      else this.#events.message(read);
    });
  }

  /** ws has sent the close frame already, or the socket is gone. */
  #fail(error: Error): void {
    this.#ours ??= closeOf(error);
    this.#guard(() => this.#events.error(error));
  }

  #end(ended: Closing): void {
    this.#closing = ended;
    this.#guard(() => this.#events.closed(ended));
    this.#closed.resolve();
  }

  #guard(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      try {
        this.#events.error(error instanceof Error ? error : new Error(String(error)));
      } catch {
        // The listener for errors is the one that throws: nobody is left to tell.
      }
    }
  }
}

/** The close that ws makes by itself when a peer breaks the protocol; undefined for a failure of the network. */
function closeOf(error: Error & { code?: string }): Closing | undefined {
  if (error.code === undefined || !error.code.startsWith('WS_ERR_')) return undefined;
  return closing(closeCodeOf(error.code), '', 'us');
}

function closeCodeOf(code: string): number {
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return closeCodes.messageTooBig;
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return closeCodes.policyViolation;
  if (code === 'WS_ERR_INVALID_UTF8') return closeCodes.invalidText;
  return closeCodes.protocolError;
}
