/** Carries lines from an input to a live connection and messages from it to an output, until either is done. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Closing, LiveConnection } from '@mooring/client';

/** What it takes of a connection. */
export type Pumped = Pick<LiveConnection, 'closed' | 'send' | 'close'> & AsyncIterable<string | Uint8Array>;

export interface Pump {
  readonly input: Readable;
  /** Takes one message; the next one waits for it. */
  readonly output: (message: string | Uint8Array) => Promise<void>;
  /** Milliseconds that answers may still take after the last line. */
  readonly wait: number;
  readonly signal: AbortSignal;
}

/** Resolves with how the connection ended. The connection is closed then. */
export async function pump(connection: Pumped, options: Pump): Promise<Closing> {
  const { output, signal } = options;
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const sending = send(connection, options, stop);
  try {
    for await (const message of connection) await output(message);
    const closing = await connection.closed;
    signal.throwIfAborted();
    return closing;
  } finally {
    over.abort();
    await sending;
    await connection.close();
  }
}

/** One message per line. After the last one answers have their time, then the connection is closed. */
async function send(connection: Pumped, { input, wait }: Pump, stop: AbortSignal): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const end = (): void => lines.close();
  stop.addEventListener('abort', end, { once: true });
  try {
    for await (const line of lines) await connection.send(line);
    await pause(wait, undefined, { signal: stop });
    await connection.close();
  } catch {
    // The connection ended first; its closing is what is told.
  } finally {
    stop.removeEventListener('abort', end);
    end();
  }
}
