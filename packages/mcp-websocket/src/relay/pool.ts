/**
 * Pool: the MCP servers that serve the stateless era. It opens one more when those that are there are busy, up to a
 * bound; beyond it requests wait, and beyond that they are refused. A caller stays with one server as long as that
 * lives, and so does the answer to a request for input.
 */
import type { JSONRPCMessage, JSONRPCRequest, RequestId, Transport } from '@modelcontextprotocol/server';
import { errorCodes } from '../message.ts';
import { cancelledOf, requestStateOf, versionOf, wantsLog } from './fields.ts';
import { Upstream } from './upstream.ts';

export interface PoolOptions {
  /** Makes a transport to one more server; it is started here. */
  readonly open: () => { readonly transport: Transport; readonly describeEnd: () => string };
  /** Servers at one time. Default 4. */
  readonly maxUpstreams?: number;
  /** Requests that one server has before another one is opened. Default 8. */
  readonly comfortable?: number;
  /** Requests that are under way or wait, and subscriptions that are open, of all callers. Default 1,024. */
  readonly maxRequests?: number;
}

/** A caller: a connection, or one HTTP request. */
export interface Line extends Disposable {
  /** Requests and cancellations; everything else of the era's callers means nothing. */
  send(message: JSONRPCMessage): void;
}

interface Ticket {
  readonly request: JSONRPCRequest;
  readonly caller: Caller;
  cancel: () => void;
}

interface Caller {
  readonly deliver: (message: JSONRPCMessage) => void;
  readonly tickets: Map<RequestId, Ticket>;
  upstream: Upstream | undefined;
}

interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Answers to requests for input whose server is remembered. */
const maxStates = 1_024;

export class Pool implements AsyncDisposable {
  readonly #options: Required<PoolOptions>;
  readonly #upstreams = new Set<Upstream>();
  readonly #queue: Ticket[] = [];
  readonly #states = new Map<string, WeakRef<Upstream>>();
  #requests = 0;
  #versions: readonly string[] | undefined;

  constructor(options: PoolOptions) {
    this.#options = { maxUpstreams: 4, comfortable: 8, maxRequests: 1_024, ...options };
  }

  get size(): number {
    return this.#upstreams.size;
  }

  /** What the servers have said that they speak; a request of another version is refused here. Before, none is. */
  speaks(versions: readonly string[]): void {
    this.#versions = versions;
  }

  line(deliver: (message: JSONRPCMessage) => void): Line {
    const caller: Caller = { deliver, tickets: new Map(), upstream: undefined };
    return {
      send: (message) => this.#take(message, caller),
      [Symbol.dispose]: () => {
        for (const ticket of caller.tickets.values()) this.#drop(ticket);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#upstreams].map((upstream) => upstream.close()));
  }

  #take(message: JSONRPCMessage, caller: Caller): void {
    const cancelled = cancelledOf(message);
    const ticket = cancelled === undefined ? undefined : caller.tickets.get(cancelled);
    if (ticket !== undefined) this.#drop(ticket);
    if ('id' in message && 'method' in message) this.#admit(message, caller);
  }

  #admit(request: JSONRPCRequest, caller: Caller): void {
    const refusal = this.#refusalOf(request, caller);
    if (refusal !== undefined) {
      caller.deliver({ jsonrpc: '2.0', id: request.id, error: refusal });
      return;
    }
    const ticket: Ticket = { request, caller, cancel: () => {} };
    caller.tickets.set(request.id, ticket);
    this.#requests += 1;
    this.#queue.push(ticket);
    this.#advance();
  }

  #refusalOf({ id, params }: JSONRPCRequest, { tickets }: Caller): Refusal | undefined {
    const requested = versionOf(params);
    const supported = this.#versions;
    if (requested !== undefined && supported !== undefined && !supported.includes(requested))
      return { code: -32022, message: 'Unsupported protocol version', data: { supported, requested } };
    if (tickets.has(id))
      return { code: errorCodes.invalidRequest, message: `Invalid Request: the id ${id} is in use.` };
    const { maxRequests } = this.#options;
    if (this.#requests < maxRequests) return undefined;
    return {
      code: errorCodes.busy,
      message: `Too many requests: ${maxRequests} are under way. Try again later.`,
    };
  }

  /** Gives away what waits, in its order, as far as somebody can take it. */
  #advance(): void {
    for (let next = 0; next < this.#queue.length;) {
      const ticket = this.#queue[next];
      const upstream = ticket === undefined ? undefined : this.#choose(ticket);
      if (ticket === undefined || upstream === undefined) next += 1;
      else {
        this.#queue.splice(next, 1);
        this.#ask(upstream, ticket);
      }
    }
  }

  #choose({ request, caller }: Ticket): Upstream | undefined {
    const isFree = (upstream: Upstream): boolean =>
      !upstream.hasEnded && !upstream.isExclusive && (!wantsLog(request) || upstream.load === 0);
    const state = requestStateOf(request.params);
    const known = (state === undefined ? undefined : this.#states.get(state)?.deref()) ?? caller.upstream;
    if (known !== undefined && !known.hasEnded) return isFree(known) ? known : undefined;
    const [best] = [...this.#upstreams].filter(isFree).sort((one, other) => one.load - other.load);
    const isBusy = best === undefined || best.load >= this.#options.comfortable;
    return isBusy && this.#upstreams.size < this.#options.maxUpstreams ? this.#open() : best;
  }

  #open(): Upstream {
    const upstream: Upstream = new Upstream({
      ...this.#options.open(),
      freed: () => this.#advance(),
      ended: () => {
        this.#upstreams.delete(upstream);
        this.#advance();
      },
    });
    this.#upstreams.add(upstream);
    return upstream;
  }

  #ask(upstream: Upstream, ticket: Ticket): void {
    const { request, caller } = ticket;
    caller.upstream = upstream;
    const asked = upstream.ask({
      request,
      deliver: (message) => {
        const isEnd = !('method' in message) || cancelledOf(message) !== undefined;
        if (isEnd) this.#settle(ticket);
        this.#remember(message, upstream);
        caller.deliver(message);
      },
    });
    ticket.cancel = () => asked.cancel();
  }

  #drop(ticket: Ticket): void {
    const waits = this.#queue.indexOf(ticket);
    if (waits !== -1) this.#queue.splice(waits, 1);
    this.#settle(ticket);
    ticket.cancel();
  }

  #settle({ request, caller }: Ticket): void {
    if (caller.tickets.delete(request.id)) this.#requests -= 1;
  }

  /** A server may keep what it needs to go on with in itself. */
  #remember(message: JSONRPCMessage, upstream: Upstream): void {
    const state = 'result' in message ? requestStateOf(message.result) : undefined;
    if (state === undefined) return;
    this.#states.set(state, new WeakRef(upstream));
    const [oldest] = this.#states.keys();
    if (this.#states.size > maxStates && oldest !== undefined) this.#states.delete(oldest);
  }
}
