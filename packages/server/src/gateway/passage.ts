/**
 * Passage: one request's way to one replica, and its answer's way back, both as they come and each at its reader's pace.
 * The client leaving ends the replica's work; an answer that breaks off is passed on as cut.
 */
import { Problem } from '@mooring/contract';
import type { Principal } from '../identity/principal.ts';
import { noVolume, type Volume } from '../observe/volume.ts';
import type { Seat } from './admit.ts';
import { withAffinity } from './affinity.ts';
import type { Call } from './authenticate.ts';
import { untilAnswerable, type BodyCheck } from './body-check.ts';
import { confine } from './confine.ts';
import type { Served } from './connections.ts';
import { clientHeaders, passedTrailers } from './headers.ts';
import {
  begin,
  cut,
  discardBody,
  finish,
  finishWith,
  flush,
  goOn,
  isGone,
  pass,
  type InboundResponse,
} from './inbound.ts';
import type { BodyTap, ExchangeTap } from './mcp/exchange.ts';
import type { AnswerHead } from './outbound/answer-head.ts';
import { NoAnswer, type Asking, type Connection, type ExchangeSink } from './outbound/connection.ts';
import type { ProxyOptions } from './proxy.ts';
import { RequestBody } from './request-body.ts';

/** How it went, for the log. */
export interface Exchange {
  readonly status: number;
  readonly replicaId: string;
  readonly bytesIn: number;
  /** Milliseconds that it waited for a replica, and from then until the answer began. */
  readonly held: number;
  readonly answered: number;
}

/** A replica failed before its answer began. */
export class Unreached extends Error {
  readonly replicaId: string;
  /** It took no connection at all: nothing has reached it, and it is not to be tried again. */
  readonly isRefused: boolean;

  constructor(replicaId: string, cause: NodeJS.ErrnoException) {
    super('the replica failed before its answer began', { cause });
    this.replicaId = replicaId;
    this.isRefused = cause.code === 'ECONNREFUSED';
  }
}

export interface PassageOptions extends Pick<ProxyOptions, 'ejections' | 'readable' | 'preference' | 'seal'> {
  readonly seat: Seat;
  readonly connection: Connection;
  readonly tap: ExchangeTap | undefined;
}

export class Passage implements Served, ExchangeSink, Disposable {
  readonly kind = 'request';
  readonly caller: Principal;
  readonly applicationId: string;
  readonly replicaId: string;
  readonly #call: Call;
  readonly #response: InboundResponse;
  readonly #options: PassageOptions;
  readonly #body: RequestBody;
  readonly #began = performance.now();
  readonly #over = Promise.withResolvers<Exchange | Unreached>();
  /** Undefined: the answer has not begun. */
  #head: AnswerHead | undefined;
  #answered = 0;
  #bytesOut = 0;
  /** How much of the answer has been sent; of its head nothing has gone out yet. */
  #sent: 'nothing' | 'head' | 'some' | 'all' = 'nothing';
  #isPaused = false;
  #tap: BodyTap | undefined;
  /** Since when the client has not read, as the clock of the connections shows it. */
  #stalledSince: number | undefined;
  #left: AbortController | undefined;

  constructor(call: Call, response: InboundResponse, options: PassageOptions) {
    this.#call = call;
    this.#response = response;
    this.#options = options;
    this.caller = call.principal;
    this.applicationId = call.route.endpoint.applicationId;
    this.replicaId = options.seat.replica.id;
    const { connection, tap } = options;
    const fail = (error: unknown): void => this.#fail(error);
    this.#body = new RequestBody(call, { connection, tap: tap?.request, fail });
  }

  /** Resolves when the exchange is over, or with Unreached. Throws a Problem: the client has not been answered, or only in part. */
  go(head: string, asking: Omit<Asking, 'sink'>): Promise<Exchange | Unreached> {
    this.#response.on('close', this.#closed);
    this.#body.send(head, { ...asking, sink: this });
    return this.#over.promise;
  }

  [Symbol.dispose](): void {
    this.#response.off('close', this.#closed);
    this.#response.off('drain', this.#readOn);
    this.#options.connection.abandon(this);
    const { request } = this.#call.arrival;
    if (!request.complete || request.readableLength > 0) discardBody(request);
  }

  volume(): Volume {
    return { ...noVolume, requests: 1, bytesIn: this.#body.bytes, bytesOut: this.#bytesOut };
  }

  /** A request has no way to be told. */
  close(): void {}

  destroy(): void {
    this.#options.connection.abandon(this);
    if (this.#sent === 'nothing') this.failed(new Error('the exchange was ended'));
    else cut(this.#response);
  }

  /** Cuts the answer of a client that has read nothing of it for so many seconds. */
  tick(now: number): void {
    if (!this.#response.writableNeedDrain) this.#stalledSince = undefined;
    if (!this.#response.writableNeedDrain) return;
    this.#stalledSince ??= now;
    if (now - this.#stalledSince >= this.#call.route.endpoint.settings.slowReader * 1000) cut(this.#response);
  }

  goOn(): void {
    goOn(this.#response);
  }

  drained(): void {
    this.#body.drained();
  }

  begun(head: AnswerHead): boolean {
    this.#head = head;
    this.#answered = Math.round(performance.now() - this.#began);
    const { ejections, seat, connection } = this.#options;
    ejections.succeeded({ seat });
    const { check } = this.#body;
    if (check === undefined) {
      this.#begin(head);
      return true;
    }
    connection.hold();
    void this.#beginOnceSigned(head, check);
    return false;
  }

  data(bytes: Buffer): void {
    if (this.#sent === 'all') return;
    this.#bytesOut += bytes.length;
    this.#tap?.read(Buffer.from(bytes));
    if (this.#bytesOut === this.#head?.framing) {
      this.#sent = 'all';
      finishWith(this.#response, bytes);
      return;
    }
    this.#sent = 'some';
    if (pass(this.#response, Buffer.from(bytes)) || this.#isPaused) return;
    this.#isPaused = true;
    this.#options.connection.pause();
    this.#response.once('drain', this.#readOn);
  }

  ended(trailers: string[]): void {
    this.#response.off('drain', this.#readOn);
    this.#tap?.end();
    if (this.#sent !== 'all') finish(this.#response, passedTrailers(trailers, 'client'));
    this.#sent = 'all';
  }

  settled(): void {
    if (this.#sent !== 'head') return;
    this.#sent = 'some';
    flush(this.#response);
  }

  failed(cause: NodeJS.ErrnoException): void {
    const { signal } = this.#call.arrival;
    const { ejections, seat } = this.#options;
    if (this.#sent === 'all') return;
    if (this.#sent !== 'nothing') return cut(this.#response);
    if (signal.aborted) return this.#over.reject(signal.reason);
    if (cause instanceof NoAnswer) return this.#over.reject(this.#timeout());
    ejections.failed({ ...this.#call.route.endpoint, seat });
    this.#over.resolve(new Unreached(this.replicaId, cause));
  }

  /** The answer has been taken whole, or there is nobody any more to take it. */
  readonly #closed = (): void => {
    const { signal } = this.#call.arrival;
    this.#left?.abort(signal.reason);
    if (this.#head === undefined || this.#sent === 'nothing') this.#over.reject(signal.reason);
    else this.#resolve(this.#head);
  };

  readonly #readOn = (): void => {
    this.#stalledSince = undefined;
    this.#isPaused = false;
    this.#options.connection.resume();
  };

  async #beginOnceSigned(head: AnswerHead, check: BodyCheck): Promise<void> {
    const { connection } = this.#options;
    this.#left = new AbortController();
    try {
      await untilAnswerable({ check, taking: connection, left: this.#left.signal });
      this.#begin(head);
      connection.resume();
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(head: AnswerHead): void {
    const { status, reason, rawHeaders, connection } = head;
    const { readable, tap, preference, seal } = this.#options;
    const { arrival, route } = this.#call;
    const passed = confine(clientHeaders(rawHeaders, connection, arrival.requestId), route.prefix);
    const by = { call: this.#call, replicaId: this.replicaId, preference, seal };
    this.#sent = 'head';
    begin(this.#response, { status, reason, headers: [...withAffinity(passed, by), ...readable] });
    this.#tap = tap?.answer({ 'content-type': head.contentType, 'content-encoding': head.contentEncoding });
    // A stream of HTTP/2 closes only at the end of the request as well.
    if ('stream' in this.#response) this.#response.stream.once('finish', () => this.#resolve(head));
    if (isGone(this.#response)) this.#resolve(head);
  }

  #resolve({ status }: AnswerHead): void {
    const { held } = this.#options.seat;
    const { replicaId } = this;
    this.#over.resolve({ status, replicaId, bytesIn: this.#body.bytes, held, answered: this.#answered });
  }

  /** The request must not go on. */
  #fail(error: unknown): void {
    this.#options.connection.abandon(this);
    this.#over.reject(error);
  }

  #timeout(): Problem {
    const seconds = this.#call.route.endpoint.settings.responseTimeout;
    return new Problem('GatewayTimeout', `The application sent no answer within ${seconds} s.`);
  }
}
