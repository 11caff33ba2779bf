/**
 * Send body: what a client sends behind its head goes on to the replica as it comes, within the application's limit. A
 * signed body is hashed on its way (body-check.ts).
 */
import type { ClientRequest } from 'node:http';
import { Problem } from '@mooring/contract';
import type { Call } from './authenticate.ts';
import { createBodyCheck, type BodyCheck } from './body-check.ts';
import { hasBody, passedTrailers } from './headers.ts';
import { isWhole } from './inbound.ts';

export interface SentBody {
  /** Rejects when the body is too large, or is not the one that was signed; never resolves. */
  readonly failed: Promise<never>;
  /** Undefined: nobody signed the body. */
  readonly check: BodyCheck | undefined;
  bytes(): number;
}

export function sendBody(call: Call, outgoing: ClientRequest): SentBody {
  const { request } = call.arrival;
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let bytes = 0;
  if (!hasBody(request)) {
    outgoing.end();
    return { failed: promise, check: undefined, bytes: () => bytes };
  }
  // A body may begin long after its head, and the answer before it.
  if (request.readableLength === 0) outgoing.flushHeaders();
  const fail = (error: unknown): void => {
    outgoing.destroy();
    reject(error);
  };
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    try {
      refuseLargeBody(bytes, call);
    } catch (error) {
      fail(error);
    }
  });
  const check = call.bodyHash === undefined ? undefined : checkedBody(call, call.bodyHash);
  const body = check?.stream ?? request;
  check?.stream.once('error', fail);
  body.once('end', () => {
    if (!isWhole(request)) return;
    outgoing.addTrailers(passedTrailers(request.rawTrailers, 'replica'));
    outgoing.end();
  });
  body.pipe(outgoing, { end: false });
  // A replica that has had enough: what is left is read to know whether it was signed.
  if (check !== undefined) outgoing.once('close', () => check.stream.resume());
  return { failed: promise, check, bytes: () => bytes };
}

function checkedBody({ arrival: { request } }: Call, hash: string): BodyCheck {
  const check = createBodyCheck({ hash, length: Number(request.headers['content-length']) });
  request.pipe(check.stream);
  return check;
}

/** Throws a Problem (PayloadTooLarge). */
export function refuseLargeBody(bytes: number, call: Call): void {
  const limit = call.route.endpoint.settings.maxBodyBytes;
  if (bytes <= limit) return;
  throw new Problem(
    'PayloadTooLarge',
    `The body is larger than ${limit} bytes. The application's setting maxBodyBytes says how much it takes.`,
  );
}
