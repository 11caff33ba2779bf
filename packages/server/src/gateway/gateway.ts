/**
 * The gateway: what the applications listener answers. It strings the stages together in the order of life
 * (accept, route, authenticate, admit, dial, relay or proxy) and turns whatever a stage throws into a refusal.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { asProblem } from '@mooring/contract';
import type { FindHolder } from '../identity/principal.ts';
import { Bag } from '../kit/bag.ts';
import { Budget } from '../kit/budget.ts';
import { noObserver, type Arrived, type Observer, type Watched } from '../observe/observer.ts';
import { accept, requestIdOf, type Arrival } from './accept.ts';
import { preferenceOf } from './affinity.ts';
import { authenticate, type Call } from './authenticate.ts';
import { CallLog, fieldsOf, type Fields } from './call-log.ts';
import { answerCaller } from './caller.ts';
import { Connections } from './connections.ts';
import { Ejections } from './ejections.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { checkHandshake } from './handshake.ts';
import type { RawHeaders } from './headers.ts';
import { identityLines } from './identity-lines.ts';
import { answer, type InboundRequest, type InboundResponse } from './inbound.ts';
import { Limits } from './limits.ts';
import { live, type LiveOptions, type Opened } from './live.ts';
import { Load } from './load.ts';
import { gatheredLimit } from './mcp/gathering.ts';
import { isPreflight, preflightHeaders, readableBy, refuseForeignOrigin } from './origin.ts';
import { Pool } from './outbound/pool.ts';
import { answerOwn, type OwnAnswersOptions } from './own-answers.ts';
import { routeArrival } from './own-host.ts';
import { Pending } from './pending.ts';
import { proxy, type ProxyOptions } from './proxy.ts';
import { refuseRequest, refuseSocket, restarting, upgradeRequired, wrongUrl } from './refuse.ts';
import type { Route } from './route.ts';
import { createSeal, type Seal } from './seal.ts';
import { ownTables } from './tables.ts';
import { Waiting } from './waiting.ts';

export class Gateway implements Disposable {
  readonly connections: Connections;
  readonly #options: GatewayOptions & { readonly findKey: FindHolder };
  /** What is asked of applications. */
  readonly demand: Load;
  readonly #waiting: Waiting;
  readonly #limits: Limits;
  readonly #ejections: Ejections;
  readonly #seal: Seal;
  readonly #pending: Pending;
  readonly #pool = new Pool();
  readonly #gathered = new Budget(gatheredLimit);
  /** One for each call, aborted when its client leaves or, for those that still wait, when the server stops. */
  readonly #calls = new Bag<AbortController>();
  readonly #observer: Observer;
  readonly #log: CallLog;
  readonly #own: OwnAnswersOptions;
  #draining = false;

  constructor(options: GatewayOptions) {
    this.#options = { ...options, findKey: options.findKey ?? (async () => undefined) };
    const { directory, clock, random, log } = options;
    const tables = options.tables ?? ownTables(clock);
    const load = new Load({ tables, nudge: options.nudge });
    this.#observer = options.observer ?? noObserver;
    this.#log = new CallLog(log);
    this.#limits = new Limits(tables);
    this.#pending = new Pending(tables);
    this.demand = load;
    const { isWithdrawn } = options;
    this.connections = new Connections({ load, directory, clock, random, isWithdrawn });
    this.#waiting = new Waiting({ directory, load });
    this.#ejections = new Ejections({ directory, log, restored: (id) => this.#waiting.serve(id) });
    this.#seal = createSeal(options.sealKey ?? random(32));
    this.#own = { ...options, isReady: () => this.#isReady };
  }

  /** Answers an HTTP request. Never rejects. */
  async request(request: InboundRequest, response: InboundResponse): Promise<void> {
    const requestId = requestIdOf(request, this.#options.random);
    const left = new AbortController();
    const calling = this.#calls.add(left);
    response.on('close', () => {
      // Who was answered has not left, and to tell is dear.
      if (!response.writableFinished) left.abort(clientLeft);
    });
    let headers: RawHeaders = [];
    let watched: Watched | undefined;
    try {
      const arrival = accept(request, { names: this.#options.names, requestId, signal: left.signal });
      if (answerOwn(arrival, response, this.#own)) return;
      const found = routeArrival(arrival, 'invoke', this.#options);
      watched = this.#watch(arrival, { found, kind: 'request' });
      headers = readableBy(request, found.endpoint, this.#options.names);
      await this.#invoke(arrival, { found, readable: headers, watched }, response);
      watched.end();
    } catch (error) {
      if (error === clientLeft) {
        watched?.end();
        return this.#log.left(request, requestId);
      }
      this.#tellRefusal(error, watched);
      this.#log.refused(request, requestId, error);
      refuseRequest(request, response, { problem: asProblem(error), requestId, headers });
    } finally {
      calling[Symbol.dispose]();
    }
  }

  /** Answers a WebSocket handshake. Never rejects; a reset at any moment harms only this connection. */
  async upgrade(request: IncomingMessage, socket: Socket, behind: Buffer): Promise<void> {
    // An empty one would keep the whole of what it was cut from.
    const head = behind.length === 0 ? nothing : behind;
    const requestId = requestIdOf(request, this.#options.random);
    const left = new AbortController();
    const calling = this.#calls.add(left);
    // On the socket before the first await: a reset while the token is checked must find a listener.
    const leave = (): void => left.abort(clientLeft);
    for (const event of signsOfLeaving) socket.on(event, leave);
    let watched: Watched | undefined;
    try {
      const arrival = accept(request, { names: this.#options.names, requestId, signal: left.signal });
      const found = routeArrival(arrival, 'live', this.#options);
      watched = this.#watch(arrival, { found, kind: 'connection' });
      await this.#connect(arrival, { found, watched }, { socket, head });
      // The relay listens now.
      for (const event of signsOfLeaving) socket.off(event, leave);
    } catch (error) {
      if (error === clientLeft) {
        watched?.end();
        socket.destroy();
        return this.#log.left(request, requestId);
      }
      this.#tellRefusal(error, watched);
      this.#log.refused(request, requestId, error);
      refuseSocket(socket, asProblem(error), requestId);
    } finally {
      calling[Symbol.dispose]();
    }
  }

  /** Somebody at this gateway may be next: a seat has become free at another one. */
  offer(applicationId: string): void {
    this.#waiting.offer(applicationId);
  }

  /** Takes no new arrivals, sends connections away, lets requests finish; all within `grace` seconds. */
  async drain({ grace }: { grace: number }): Promise<void> {
    this.#draining = true;
    this.#refuseWaiting();
    await this.connections.drainAll({ grace });
  }

  [Symbol.dispose](): void {
    this.#refuseWaiting();
    this.#waiting[Symbol.dispose]();
    this.#ejections[Symbol.dispose]();
    this.connections[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
  }

  async #invoke(
    arrival: Arrival,
    { found, readable, watched }: { found: Route; readable: RawHeaders; watched: Watched },
    response: InboundResponse,
  ): Promise<void> {
    const started = this.#options.clock.now();
    if (found.form === 'live') throw upgradeRequired();
    if (isPreflight(arrival.request)) {
      refuseForeignOrigin(arrival.request, found.endpoint, this.#options.names);
      const headers = ['opc-request-id', arrival.requestId, ...readable];
      answer(response, { status: 204, headers: [...headers, ...preflightHeaders(arrival.request)] });
      return;
    }
    const call = await authenticate(arrival, found, this.#options);
    if (found.form !== 'invoke') return await this.#answerCaller(call, response, readable);
    this.#refuseWhileDraining();
    const exchange = await proxy(call, response, this.#stage(call, { watched, readable }));
    watched.answered(exchange.status);
    this.#log.served(call, exchange, { milliseconds: this.#options.clock.now() - started });
  }

  async #answerCaller(call: Call, response: InboundResponse, readable: RawHeaders): Promise<void> {
    const { connections } = this;
    const { status, body } = await answerCaller(call, { ...this.#options, connections });
    const headers = ['opc-request-id', call.arrival.requestId, 'Cache-Control', 'no-store', ...readable];
    if (body !== undefined) headers.push('Content-Type', 'application/json');
    answer(response, { status, headers, body: body && JSON.stringify(body) });
    this.#log.ofCaller(call);
  }

  async #connect(
    arrival: Arrival,
    { found, watched }: { found: Route; watched: Watched },
    client: { socket: Socket; head: Buffer },
  ): Promise<void> {
    const started = this.#options.clock.now();
    if (found.form !== 'live') throw wrongUrl(found.endpoint.applicationId);
    checkHandshake(arrival.request);
    const call = await authenticate(arrival, found, this.#options);
    this.#refuseWhileDraining();
    const place = this.#limits.enter(call);
    try {
      const opened = await live(call, client, this.#stage(call, { watched }));
      void this.#follow(opened, { place, watched, started, fields: fieldsOf(call) });
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
  }

  /** Waits for the end of a connection. Never rejects. */
  async #follow(opened: Opened, { place, watched, started, fields }: Following): Promise<void> {
    const { connection } = opened;
    const closing = await connection.ended;
    opened[Symbol.dispose]();
    place[Symbol.dispose]();
    const milliseconds = this.#options.clock.now() - started;
    const { replicaId, held } = connection;
    this.#log.closed(fields, { ...closing, replicaId, held, milliseconds });
    watched.end();
  }

  #watch({ request, requestId }: Arrival, { found, kind }: { found: Route; kind: Arrived['kind'] }): Watched {
    const { traceparent } = request.headers;
    return this.#observer.arrive({
      applicationId: found.endpoint.applicationId,
      kind,
      requestId,
      method: request.method ?? '',
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
  }

  #tellRefusal(error: unknown, watched: Watched | undefined): void {
    const { code } = asProblem(error);
    if (watched === undefined) this.#observer.refused(code);
    else watched.end(code);
  }

  #stage(
    call: Call,
    { watched, readable = [] }: { readonly watched: Watched; readonly readable?: RawHeaders },
  ): Stage {
    const { directory, clock, random, assert, openTunnel, catchUp } = this.#options;
    const { principal, route } = call;
    const assertion =
      principal.kind === 'anonymous' ? undefined : assert(principal, route.endpoint.applicationId);
    return {
      directory,
      load: this.demand,
      waiting: this.#waiting,
      ejections: this.#ejections,
      clock,
      random,
      connections: this.connections,
      pending: this.#pending,
      identity: identityLines(principal, assertion),
      openTunnel,
      catchUp,
      seal: this.#seal,
      gathered: this.#gathered,
      preference: preferenceOf(call, this.#seal),
      watched,
      pool: this.#pool,
      readable,
    };
  }

  get #isReady(): boolean {
    return this.#options.isReady() && !this.#draining;
  }

  #refuseWhileDraining(): void {
    if (this.#draining) throw restarting();
  }

  /** Whoever waits for an answer to a token, for a replica or for its handshake need not wait any longer. */
  #refuseWaiting(): void {
    for (const call of this.#calls) call.abort(restarting());
  }
}

/** What the stages after authentication work with. */
type Stage = LiveOptions & ProxyOptions;

/** What is kept of a connection for its end. */
interface Following {
  readonly place: Disposable;
  readonly watched: Watched;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** What the log says of it. */
  readonly fields: Fields;
}

const nothing = Buffer.alloc(0);

const signsOfLeaving = ['error', 'end', 'close'] as const;

/** Why a stage was abandoned: the client went away, and nobody is left to be told. */
const clientLeft = new Error('the client left');
