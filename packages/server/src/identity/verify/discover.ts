/**
 * Where an issuer keeps its keys: from its base URL to its key set, by OpenID Connect Discovery, else by
 * RFC 8414, else at the fixed path of an OCI identity domain (OCI reference, section 4.1).
 */
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { fetchJson, type FetchOptions } from './fetch-json.ts';

/** What is known of an issuer. */
export interface Issuer {
  /** Values of `iss` that its tokens may carry, without a trailing slash. */
  readonly names: readonly string[];
  readonly jwks: JSONWebKeySet;
}

/** The `iss` of OCI identity domains, whose base URL is another one (OCI reference, section 4.1). */
const ociIssuer = 'https://identity.oraclecloud.com';

const metadata = z.looseObject({ issuer: z.string().min(1), jwks_uri: z.url({ protocol: /^https?$/ }) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** A name of an issuer without its trailing slash: with and without one are the same issuer. */
export const issuerName = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url);

/** Fetches an issuer's key set. Throws an Error that says why it cannot be had. */
export async function discover(domainUrl: string, options: FetchOptions): Promise<Issuer> {
  for (const url of metadataUrls(domainUrl)) {
    const { status, body } = await fetchJson(url, options);
    if (status === 200) return followMetadata(url, body, options);
    if (!isAbsent(status)) throw new Error(`${url.href} answered ${status}`);
  }
  const names = [issuerName(domainUrl), issuerName(new URL(domainUrl).href), ociIssuer];
  return { names, jwks: await fetchKeys(under(domainUrl, '/admin/v1/SigningCert/jwk'), options) };
}

function metadataUrls(domainUrl: string): URL[] {
  const { pathname } = new URL(domainUrl);
  const oauth = new URL(domainUrl);
  // RFC 8414 section 3.1 puts the well-known part between host and path; OpenID puts it behind the path.
  oauth.pathname = `/.well-known/oauth-authorization-server${issuerName(pathname)}`;
  return [under(domainUrl, '/.well-known/openid-configuration'), oauth];
}

function under(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = issuerName(url.pathname) + path;
  return url;
}

/** Redirects and server errors mean trouble; the other statuses that there is no such document. */
const isAbsent = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

async function followMetadata(url: URL, body: unknown, options: FetchOptions): Promise<Issuer> {
  const parsed = metadata.safeParse(body);
  if (!parsed.success) throw new Error(`${url.href} lacks issuer or jwks_uri`, { cause: parsed.error });
  const { issuer, jwks_uri: jwksUri } = parsed.data;
  const keys = new URL(jwksUri);
  if (url.protocol === 'https:' && keys.protocol !== 'https:')
    throw new Error(`${url.href} names keys at ${jwksUri}, which is not https`);
  return { names: [issuerName(issuer)], jwks: await fetchKeys(keys, options) };
}

async function fetchKeys(url: URL, options: FetchOptions): Promise<JSONWebKeySet> {
  const { status, body } = await fetchJson(url, options);
  if (status !== 200) throw new Error(`${url.href} answered ${status} instead of the issuer's keys`);
  const parsed = keySet.safeParse(body);
  if (!parsed.success) throw new Error(`${url.href} is not a JSON Web Key Set`, { cause: parsed.error });
  return parsed.data;
}
