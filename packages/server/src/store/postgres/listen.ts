/**
 * Listen: notices of other nodes, by LISTEN on a connection of its own. A connection that ends, or no longer
 * answers, is made anew; whatever may have been missed meanwhile is caught up with.
 */
import type { Client } from 'pg';
import { z } from 'zod';
import { once } from '../../kit/once.ts';
import { pauseFor } from '../../kit/pause.ts';
import type { Log } from '../../observe/log.ts';
import { changeKinds } from '../changes.ts';
import type { ListenOptions } from '../database.ts';

/** What nodes notify each other on. */
export const channel = 'mooring_changes';

const notice = z.object({
  from: z.string(),
  kind: z.enum(changeKinds),
  id: z.string(),
  count: z.int().optional(),
  note: z.string().optional(),
});

export interface ListenerOptions extends ListenOptions {
  readonly connect: () => Client;
  /** Name of this process in notices: its own are not heard. */
  readonly from: string;
  /** Of the database, for the log. */
  readonly name: string;
  readonly log: Log | undefined;
  /** Milliseconds between two times of catching up. Default 30,000. */
  readonly every?: number;
}

/** Milliseconds until the next try after a failure. */
const retryPause = 500;

/** Milliseconds for the end of a connection. */
const goodbye = 1000;

/** Resolves once it listens, or has failed to for the first time. */
export async function listen(options: ListenerOptions): Promise<AsyncDisposable> {
  const life = new AbortController();
  const { promise: tried, resolve } = Promise.withResolvers<void>();
  const listening = listenOn(options, { signal: life.signal, tried: resolve });
  await tried;
  return {
    [Symbol.asyncDispose]: async () => {
      life.abort();
      await listening;
    },
  };
}

interface Loop {
  readonly signal: AbortSignal;
  readonly tried: () => void;
}

async function listenOn(options: ListenerOptions, { signal, tried }: Loop): Promise<void> {
  const { name, log } = options;
  let isAway = false;
  const begun = (): void => {
    if (isAway) log?.info({ database: name }, 'hears of changes again');
    isAway = false;
    tried();
  };
  do {
    try {
      await listenOnce(options, signal, begun);
    } catch (error) {
      if (!signal.aborted && !isAway)
        log?.warn({ err: error, database: name }, 'does not hear of changes; tries again');
      isAway = true;
      tried();
    }
  } while (await pauseFor(retryPause, signal));
}

/** Until the signal; throws when the connection is lost. */
async function listenOnce(options: ListenerOptions, signal: AbortSignal, begun: () => void): Promise<void> {
  const { connect, catchUp, every = 30_000 } = options;
  const client = connect();
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('the connection ended')));
  client.on('notification', ({ payload }) => hear(payload, options));
  const close = once(() => end(client));
  const leave = (): void => void close();
  signal.addEventListener('abort', leave);
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
    await catchUp();
    begun();
    while (await pauseFor(every, AbortSignal.any([signal, lost.signal]))) {
      // Shows that the connection still answers.
      await client.query('select 1');
      await catchUp();
    }
    if (!signal.aborted) lost.signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', leave);
    await close();
  }
}

/** Says goodbye, and does not wait long for the answer. */
async function end(client: Client): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([client.end().catch(() => {}), pauseFor(goodbye, waiting.signal)]);
  waiting.abort();
}

function hear(payload: string | undefined, { from, heard, log }: ListenerOptions): void {
  const parsed = notice.safeParse(parseJson(payload));
  if (!parsed.success) return log?.warn('a notice of the database is none of ours');
  const { from: sender, kind, id, count, note } = parsed.data;
  if (sender === from) return;
  heard({ kind, id, ...(count !== undefined && { count }), ...(note !== undefined && { note }) });
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
