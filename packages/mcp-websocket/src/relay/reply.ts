/**
 * Reply: what a POST with requests is answered with. It is a JSON object when its one answer is all that comes; when
 * something else comes before, or nothing for a while, it becomes a stream of events, which also tells of what comes.
 */
import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { sendJson } from './refusal.ts';

/** Milliseconds until an answer becomes a stream, and between its signs of life. */
const keepAlive = 15_000;

const eventHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

export interface ReplyOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that may wait for a client that does not read; beyond them it is cut off. */
  readonly maxUnreadBytes: number;
  /** HTTP status of an answer that comes alone. Default 200. */
  readonly statusOf?: (message: JSONRPCMessage) => number;
  readonly report: (error: Error) => void;
}

export class Reply {
  readonly #response: ServerResponse;
  readonly #options: ReplyOptions;
  #isStream = false;

  constructor(response: ServerResponse, options: ReplyOptions) {
    this.#response = response;
    this.#options = options;
    const timer = setInterval(() => this.#live(), keepAlive);
    response.once('close', () => clearInterval(timer));
  }

  /** True when nothing reaches the client any more. */
  get isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  /** Makes it a stream. */
  open(): void {
    if (this.#isStream || this.isOver) return;
    this.#isStream = true;
    this.#response.writeHead(200, { ...eventHeaders, ...this.#options.headers });
    this.#response.flushHeaders();
  }

  /** Something that is not the last. */
  tell(message: JSONRPCMessage): void {
    this.open();
    this.#write(eventOf(message));
  }

  /** The last. */
  finish(message: JSONRPCMessage): void {
    const { headers, statusOf } = this.#options;
    if (this.isOver) return;
    if (this.#isStream) this.#response.end(eventOf(message));
    else
      sendJson(this.#response, {
        status: statusOf?.(message) ?? 200,
        text: JSON.stringify(message),
        headers,
      });
  }

  /** Nothing more comes. */
  end(): void {
    this.open();
    if (!this.isOver) this.#response.end();
  }

  #live(): void {
    if (this.#isStream) this.#write(': \n\n');
    else this.open();
  }

  #write(text: string): void {
    if (this.isOver) return;
    this.#response.write(text);
    const unread = this.#response.writableLength;
    if (unread <= this.#options.maxUnreadBytes) return;
    this.#options.report(new Error(`A client was cut off: it has not read ${unread} bytes.`));
    this.#response.destroy();
  }
}

const eventOf = (message: JSONRPCMessage): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
