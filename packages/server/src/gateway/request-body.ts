/**
 * Request body: what a client sends behind its head goes on to the replica as it comes, at the replica's pace and within
 * the application's limit. A signed body is hashed on its way (body-check.ts).
 */
import type { Readable } from 'node:stream';
import { Problem } from '@mooring/contract';
import type { Call } from './authenticate.ts';
import { createBodyCheck, type BodyCheck } from './body-check.ts';
import { hasBody, passedTrailers } from './headers.ts';
import { isWhole } from './inbound.ts';
import type { BodyTap } from './mcp/exchange.ts';
import type { Asking, Connection } from './outbound/connection.ts';

export interface RequestBodyOptions {
  readonly connection: Connection;
  readonly tap: BodyTap | undefined;
  /** Told why the body must not go on: it is too large, or not the one that was signed. */
  readonly fail: (error: unknown) => void;
}

const none = Buffer.alloc(0);

export class RequestBody {
  readonly #call: Call;
  readonly #options: RequestBodyOptions;
  /** Undefined: nobody signed the body. */
  readonly check: BodyCheck | undefined;
  #source: Readable | undefined;
  /** So far. */
  bytes = 0;

  constructor(call: Call, options: RequestBodyOptions) {
    this.#call = call;
    this.#options = options;
    const { request } = call.arrival;
    if (call.bodyHash === undefined || !hasBody(request)) return;
    const length = Number(request.headers['content-length']);
    this.check = createBodyCheck({ hash: call.bodyHash, length });
    this.check.stream.once('error', (error) => options.fail(error));
  }

  /** Sends the request: at once if it is all there, else its head and what comes behind as it comes. */
  send(head: string, asking: Asking): void {
    const { request } = this.#call.arrival;
    const { connection, tap } = this.#options;
    if (!hasBody(request)) {
      connection.send(head, none, asking);
      tap?.end();
      return;
    }
    const bytes = this.#whole();
    if (bytes !== undefined) return this.#sendAll(head, bytes, asking);
    connection.sendHead(head, asking);
    this.#follow();
  }

  /** The replica takes more. */
  drained(): void {
    this.#source?.resume();
  }

  /** The body, where it has come with its head. Undefined: not all of it, or nobody knows. */
  #whole(): Buffer | undefined {
    const { request } = this.#call.arrival;
    if (this.check !== undefined || 'stream' in request) return undefined;
    if (request.readableLength !== Number(request.headers['content-length'])) return undefined;
    const bytes: unknown = request.read();
    // Its end is still to come, and is nobody's business.
    request.resume();
    return Buffer.isBuffer(bytes) ? bytes : undefined;
  }

  #sendAll(head: string, bytes: Buffer, asking: Asking): void {
    this.bytes = bytes.length;
    const { connection, tap } = this.#options;
    connection.send(head, bytes, asking);
    tap?.read(bytes);
    tap?.end();
  }

  #follow(): void {
    const { request } = this.#call.arrival;
    const { connection, tap } = this.#options;
    request.on('data', (chunk: Buffer) => this.#count(chunk));
    if (this.check !== undefined) request.pipe(this.check.stream);
    const source = this.check?.stream ?? request;
    this.#source = source;
    source.on('data', (chunk: Buffer) => {
      if (!connection.write(chunk)) source.pause();
    });
    source.once('end', () => {
      if (isWhole(request)) connection.end(passedTrailers(request.rawTrailers, 'replica').flat());
    });
    if (tap === undefined) return;
    request.on('data', (chunk: Buffer) => tap.read(chunk));
    request.once('end', () => tap.end());
  }

  #count(chunk: Buffer): void {
    this.bytes += chunk.length;
    try {
      refuseLargeBody(this.bytes, this.#call);
    } catch (error) {
      this.#options.fail(error);
    }
  }
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
