/**
 * Streams: the server's end of MCP's stdio transport, over any pair of streams. When its input ends it waits a little
 * for the answers to what was asked, so that a pipe gets them too, and closes.
 */
import type { Readable, Writable } from 'node:stream';
import { serializeMessage } from '@modelcontextprotocol/server';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { errorText, errorCodes } from '../message.ts';
import { PendingRequests } from '../pending.ts';
import { within } from '../within.ts';
import type { Pausable } from './join.ts';
import { Lines } from './lines.ts';

export interface StreamsOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Bytes of a line. */
  readonly maxMessageBytes: number;
  /** Milliseconds that answers have after the end of the input. */
  readonly patience: number;
}

export class Streams implements Transport, Pausable {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #options: StreamsOptions;
  readonly #lines: Lines;
  readonly #pending = new PendingRequests();
  #isClosed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#lines = new Lines({
      maxBytes: options.maxMessageBytes,
      message: (message) => {
        this.#pending.received(message);
        this.onmessage?.(message);
      },
      refused: (wrong) => this.#refuse(wrong),
    });
  }

  async start(): Promise<void> {
    const { input, output } = this.#options;
    input.on('data', this.#read);
    input.once('end', this.#drain);
    input.on('error', this.#fail);
    output.on('error', this.#fail);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#write(serializeMessage(message));
    this.#pending.sent(message);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { input, output } = this.#options;
    input.off('data', this.#read).off('end', this.#drain).off('error', this.#fail).pause();
    // A late failure of the output concerns nobody any more.
    output.off('error', this.#fail).on('error', () => {});
    this.#pending.clear();
    this.onclose?.();
  }

  pause(): void {
    this.#options.input.pause();
  }

  resume(): void {
    if (!this.#isClosed) this.#options.input.resume();
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#options.output.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  readonly #fail = (error: Error): void => {
    this.onerror?.(error);
    void this.close();
  };

  readonly #drain = (): void => {
    void within(this.#options.patience, this.#pending.idle()).then(() => this.close());
  };

  readonly #read = (chunk: Buffer): void => {
    try {
      this.#lines.push(chunk);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  };

  #refuse(wrong: Error): void {
    this.onerror?.(wrong);
    const text = 'Parse error: the line is no JSON-RPC 2.0 message.';
    this.#write(`${errorText(null, errorCodes.parse, text)}\n`).catch(() => undefined);
  }
}
