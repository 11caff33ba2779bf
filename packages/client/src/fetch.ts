/**
 * The one way out to the network: a function of the shape of `fetch`. The caller passes its own where the
 * global one will not do, for example to trust a development certificate for one server only.
 */

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** A redirect is never followed: it would carry the token elsewhere. */
  readonly redirect: 'manual';
}

export type Fetch = (url: string, init: FetchInit) => Promise<Response>;
