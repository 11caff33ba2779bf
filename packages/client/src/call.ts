/**
 * One call of the management API: adds the token, limits the time, repeats what may pass, and gives back an
 * answer of the expected shape or one of the errors of failure.ts.
 */
import type { z } from 'zod';
import type { Delay } from './delay.ts';
import { RequestFailed, TimedOut, Unreachable } from './failure.ts';
import type { Fetch } from './fetch.ts';
import { pauseBeforeRetry } from './retry.ts';
import type { TokenSource } from './token-source.ts';

/** What all calls of one client share. */
export interface Api {
  /** Base URL of the management listener, without a slash at its end. */
  readonly baseUrl: string;
  readonly token: TokenSource;
  readonly fetch: Fetch;
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
  readonly random: () => number;
  readonly delay: Delay;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the base URL, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Makes a creation repeatable (`opc-retry-token`; OCI reference, section 2.4). */
  readonly retryToken?: string;
}

export interface Answer<T> {
  readonly body: T;
  /** The work request that follows up on this call (`opc-work-request-id`). */
  readonly workRequestId: string | undefined;
  /** `page` of the next part of a list (`opc-next-page`). */
  readonly nextPage: string | undefined;
  /** Seconds (`retry-after`). */
  readonly retryAfter: number | undefined;
}

/** Calls and reads the whole answer. */
export async function call<T>(api: Api, request: Call, shape: z.ZodType<T>): Promise<Answer<T>> {
  return withRetries(api, request, async () => {
    const limit = AbortSignal.timeout(api.timeout);
    const answer = await send(api, request, limit);
    const text = await readText(answer, request, { api, limit });
    return {
      body: parse(shape, text, request),
      workRequestId: answer.headers.get('opc-work-request-id') ?? undefined,
      nextPage: answer.headers.get('opc-next-page') ?? undefined,
      retryAfter: secondsOf(answer.headers.get('retry-after')),
    };
  });
}

/** Calls and gives back the answer's body as it comes. The time is limited up to its first byte only. */
export async function stream(api: Api, request: Call): Promise<ReadableStream<Uint8Array>> {
  return withRetries(api, request, async () => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new DOMException('', 'TimeoutError')), api.timeout);
    try {
      const answer = await send(api, request, limit.signal);
      return answer.body ?? new ReadableStream({ start: (controller) => controller.close() });
    } finally {
      clearTimeout(timer);
    }
  });
}

async function withRetries<T>(api: Api, request: Call, attempt: () => Promise<T>): Promise<T> {
  const repeatable = request.method !== 'POST' || request.retryToken !== undefined;
  const signal = request.signal ?? new AbortController().signal;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      const pause = pauseBeforeRetry(error, { number, repeatable, random: api.random() });
      if (pause === undefined) throw error;
      await api.delay(pause, signal);
    }
  }
}

async function send(api: Api, request: Call, limit: AbortSignal): Promise<Response> {
  const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
  const token = await api.token({ signal });
  const url = urlOf(api, request);
  let answer: Response;
  try {
    answer = await api.fetch(url, {
      method: request.method,
      headers: headersOf(request, token),
      redirect: 'manual',
      signal,
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
  } catch (error) {
    throw translate(error, request, { api, limit });
  }
  if (answer.ok) return answer;
  throw refusalOf(answer, await readText(answer, request, { api, limit }));
}

async function readText(answer: Response, request: Call, limits: Limits): Promise<string> {
  try {
    return await answer.text();
  } catch (error) {
    throw translate(error, request, limits);
  }
}

interface Limits {
  readonly api: Api;
  readonly limit: AbortSignal;
}

/** The caller's own abort as it is; our time limit and a broken connection as what they are. */
function translate(error: unknown, request: Call, { api, limit }: Limits): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (!limit.aborted) return new Unreachable(api.baseUrl, error);
  return new TimedOut(
    `${request.method} ${api.baseUrl}${request.path} was not answered within ${api.timeout / 1000} s`,
    { cause: error },
  );
}

function urlOf(api: Api, request: Call): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  return `${api.baseUrl}${request.path}${query.size > 0 ? `?${query.toString()}` : ''}`;
}

function headersOf(request: Call, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...(request.retryToken !== undefined && { 'opc-retry-token': request.retryToken }),
  };
}

/** The error for an answer with an error status; its text is the body when that is no Problem. */
export function refusalOf(answer: Pick<Response, 'status' | 'headers'>, text: string): RequestFailed {
  const { code, message } = problemOf(text);
  return new RequestFailed(message || `The server answered with status ${answer.status}`, {
    status: answer.status,
    code,
    opcRequestId: answer.headers.get('opc-request-id') ?? undefined,
    retryAfter: secondsOf(answer.headers.get('retry-after')),
  });
}

function problemOf(text: string): { code: string; message: string } {
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null) return { code: '', message: text.trim().slice(0, 500) };
  const code = 'code' in body && typeof body.code === 'string' ? body.code : '';
  const message = 'message' in body && typeof body.message === 'string' ? body.message : '';
  return { code, message };
}

function parse<T>(shape: z.ZodType<T>, text: string, request: Call): T {
  const result = shape.safeParse(text === '' ? undefined : jsonOf(text));
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw new Error(
    `The answer to ${request.method} ${request.path} is not what this client understands ` +
      `(${first?.path.join('.') || 'the whole body'}: ${first?.message}). Client and server may be of different versions.`,
    { cause: result.error },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secondsOf(header: string | null): number | undefined {
  if (header === null || !/^\d+$/.test(header)) return undefined;
  return Number(header);
}
