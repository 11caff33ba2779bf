/**
 * How requests of the management API travel: adds the token, limits the time, repeats what may pass, and turns a
 * refusal into an error of failure.ts.
 */
import { delay } from './delay.ts';
import { refusalOf, RequestFailed, TimedOut, Unreachable } from './failure.ts';
import type { Fetch, FetchInit } from './fetch.ts';
import { pauseBeforeRetry } from './retry.ts';
import type { TokenSource } from './token-source.ts';

/** What a request accepts whose answer may have no end (NDJSON). */
export const linesOfJson = 'application/x-ndjson';

export interface Connection {
  readonly token: TokenSource;
  readonly fetch: Fetch;
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
  /** From 0 up to 1, for the jitter of retries. */
  readonly random: () => number;
}

/** Answers with success only. Its body has been read, unless it may have no end. */
export function transport(connection: Connection): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = await request.text();
    return withRetries(connection, request, () => attempt(connection, request, body));
  };
}

async function withRetries(
  { random }: Connection,
  request: Request,
  send: () => Promise<Response>,
): Promise<Response> {
  const repeatable = request.method !== 'POST' || request.headers.has('opc-retry-token');
  for (let number = 1; ; number += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      const pause = pauseBeforeRetry(error, { number, repeatable, random: random() });
      if (pause === undefined) throw error;
      await delay(pause, request.signal);
    }
  }
}

async function attempt(connection: Connection, request: Request, body: string): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('', 'TimeoutError')), connection.timeout);
  const signal = AbortSignal.any([request.signal, limit.signal]);
  try {
    const token = await connection.token({ signal });
    return await exchange(connection.fetch, request, { ...initOf(request, token, body), signal });
  } catch (error) {
    if (error instanceof RequestFailed || error instanceof TimedOut) throw error;
    if (request.signal.aborted) throw request.signal.reason;
    if (limit.signal.aborted) throw lateOf(request, connection.timeout, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(fetch: Fetch, request: Request, init: FetchInit): Promise<Response> {
  const { url } = request;
  try {
    const answer = await fetch(url, init);
    if (answer.ok && mayBeEndless(request)) return answer;
    const text = await answer.text();
    if (!answer.ok) throw refusalOf(answer, text);
    return new Response(text === '' ? null : text, answer);
  } catch (error) {
    throw error instanceof RequestFailed ? error : new Unreachable(url, error);
  }
}

function initOf(request: Request, token: string, body: string): Omit<FetchInit, 'signal'> {
  return {
    method: request.method,
    headers: { ...Object.fromEntries(request.headers), authorization: `Bearer ${token}` },
    redirect: 'manual',
    ...(body !== '' && { body }),
  };
}

const mayBeEndless = ({ headers }: Request): boolean => headers.get('accept') === linesOfJson;

const lateOf = ({ method, url }: Request, timeout: number, cause: unknown): TimedOut =>
  new TimedOut(`${method} ${url} was not answered within ${timeout / 1000} s`, { cause });
