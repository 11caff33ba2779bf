/**
 * The management API as its own description types it: every path, parameter, body and answer comes from
 * openapi.ts, which is made from what a server serves at `/openapi.json`. Whoever calls gets an answer of the
 * described shape, or one of the errors of failure.ts.
 */
import createClient, { type Client } from 'openapi-fetch';
import { checkAnswer } from './answers.ts';
import type { paths } from './openapi.ts';
import { transport, type Connection } from './transport.ts';

export type Api = Client<paths>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a change answers with: the work request to wait for, when the server made one. */
export interface Accepted {
  readonly workRequestId: string | undefined;
}

/** An answer as the typed client has it. */
export interface Answer<Body = unknown> {
  readonly data?: Body;
  readonly response: Response;
}

/** @param baseUrl Of the management listener. */
export function createApi(baseUrl: string, connection: Connection): Api {
  const api = createClient<paths>({
    baseUrl,
    headers: { accept: 'application/json' },
    redirect: 'manual',
    fetch: transport(connection),
  });
  api.use({ onResponse: checkAnswer });
  return api;
}

/** The body of an answer that has one. */
export async function bodyOf<Body>(call: Promise<Answer<Body>>): Promise<Body> {
  const { data, response } = await call;
  if (data !== undefined) return data;
  throw new Error(
    `The answer from ${response.url} has no body. Client and server may be of different versions.`,
  );
}

/** The work request that follows up on a change (`opc-work-request-id`). */
export const acceptedOf = ({ response }: Answer): Accepted => ({
  workRequestId: response.headers.get('opc-work-request-id') ?? undefined,
});

/** Makes a creation repeatable (`opc-retry-token`; OCI reference, section 2.4). */
export const retryToken = (): { 'opc-retry-token': string } => ({ 'opc-retry-token': crypto.randomUUID() });
