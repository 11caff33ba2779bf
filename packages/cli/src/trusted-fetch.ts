/** A fetch that trusts one certificate authority, for the server of the profile and nobody else. */
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FetchInit } from '@mooring/client';

export interface TrustedFetchInit extends Omit<FetchInit, 'body'> {
  readonly body?: FetchInit['body'] | Readable;
}

/** Goes with the client's `Fetch`, and can send a stream. Disposing of it closes its idle connections. */
export interface TrustedFetch extends Disposable {
  (url: string, init: TrustedFetchInit): Promise<Response>;
}

/** Answers that have no body by definition; Response refuses one. */
const bodiless = new Set([204, 205, 304]);

/** @param ca PEM to trust instead of the usual authorities. Undefined: the usual ones. */
export function trustedFetch(ca: string | undefined): TrustedFetch {
  const secure = new Agent({ keepAlive: true, ...(ca !== undefined && { ca }) });
  const plain = new PlainAgent({ keepAlive: true });
  const fetch = (url: string, init: TrustedFetchInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { method, headers, signal } = init;
      const outgoing = url.startsWith('https:')
        ? request(url, { method, headers, signal, agent: secure })
        : plainRequest(url, { method, headers, signal, agent: plain });
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        try {
          resolve(responseOf(incoming));
        } catch (error) {
          outgoing.destroy();
          reject(error);
        }
      });
      // A body that breaks off because the answer came early is no failure of the call: the answer is there.
      if (init.body instanceof Readable) pipeline(init.body, outgoing).catch(reject);
      else outgoing.end(init.body);
    });
  const close = (): void => {
    secure.destroy();
    plain.destroy();
  };
  return Object.assign(fetch, { [Symbol.dispose]: close });
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  if (!bodiless.has(status)) return new Response(Readable.toWeb(incoming), { status, statusText, headers });
  incoming.resume();
  return new Response(null, { status, statusText, headers });
}
