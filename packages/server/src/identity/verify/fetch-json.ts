/**
 * One GET for a small JSON document from a stranger: limited in time (the signal) and in size, follows no
 * redirect, and connects only to addresses that were checked: the check sits in the socket's own look-up, so
 * that a name cannot lead elsewhere between check and connection.
 */
import { lookup as resolveName, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './address.ts';

export type Resolve = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** True: private addresses and plain http are allowed. */
  readonly allowPrivate: boolean;
  /** Most bytes of a body. */
  readonly maxBytes: number;
  /** Looks names up. Default: the operating system's resolver. */
  readonly resolve?: Resolve;
}

export interface JsonAnswer {
  readonly status: number;
  /** The document of a 200; undefined for any other status. */
  readonly body: unknown;
}

/** Fetches one JSON document. Throws an Error that says why it could not. */
export async function fetchJson(url: URL, options: FetchOptions): Promise<JsonAnswer> {
  refuseUrl(url, options);
  const response = await request(url, options);
  if (response.statusCode !== 200) {
    response.destroy();
    return { status: response.statusCode ?? 0, body: undefined };
  }
  const text = await readBody(url, response, options);
  try {
    return { status: 200, body: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new Error(`${url.href} did not answer with JSON`, { cause });
  }
}

async function readBody(url: URL, response: http.IncomingMessage, options: FetchOptions): Promise<string> {
  const stream: AsyncIterable<Buffer> = response;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > options.maxBytes) throw new Error(`it is larger than ${options.maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw failure(url, cause, options);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuseUrl(url: URL, { allowPrivate }: FetchOptions): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error(`${url.href} is neither http nor https`);
  if (allowPrivate) return;
  if (url.protocol === 'http:')
    throw new Error(`${url.href} is plain http: keys that anyone could have swapped`);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (/^[\d.]+$|:/.test(literal) && !isPublicAddress(literal))
    throw new Error(`${literal} is not a public address; --allow-private-issuers allows it`);
}

function request(url: URL, options: FetchOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? https.get : http.get;
    get(url, {
      agent: false,
      signal: options.signal,
      headers: { accept: 'application/json', 'user-agent': 'mooring' },
      ...(options.allowPrivate ? {} : { lookup: publicLookup(options.resolve ?? resolveName) }),
    })
      .on('response', resolve)
      .on('error', (cause) => reject(failure(url, cause, options)));
  });
}

function failure(url: URL, cause: unknown, { signal }: FetchOptions): Error {
  const reason = cause instanceof Error && !signal.aborted ? cause.message : 'it took too long';
  return new Error(`${url.href} could not be fetched: ${reason}`, { cause });
}

/** A socket's look-up that refuses a name when any of its addresses is not public. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (refused || !first) return callback(notPublic(hostname, refused), '', 0);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

const notPublic = (hostname: string, refused: LookupAddress | undefined): Error =>
  new Error(
    refused
      ? `${hostname} leads to ${refused.address}, which is not a public address; --allow-private-issuers allows it`
      : `${hostname} has no address`,
  );
