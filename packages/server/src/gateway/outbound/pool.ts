/**
 * Pool: connections to replicas that nobody uses just now. They are kept for less time than common servers keep them
 * (5 s), so that none is used while it closes; the one that was used last is used first.
 */
import net, { type OnReadOpts, type Socket } from 'node:net';
import { Connection } from './connection.ts';

/** Where a replica listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds that a connection is kept at most. */
const longest = 4_000;
/** Milliseconds between two looks for those that were kept for long enough. */
const lookEvery = 1_000;
/** Connections that are kept for one replica. */
const most = 256;

interface Kept {
  readonly connection: Connection;
  /** By `performance.now()`. */
  readonly until: number;
}

export class Pool implements Disposable {
  /** By address, the last one used last. */
  readonly #kept = new Map<string, Kept[]>();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** One that was used before, else a new one. */
  take({ host, port }: Address): Connection {
    const name = `${host} ${port}`;
    const kept = this.#kept.get(name);
    const now = performance.now();
    for (let last = kept?.pop(); last !== undefined; last = kept?.pop()) {
      if (!last.connection.isClosed && now < last.until) return last.connection;
      last.connection.destroy();
    }
    return new Connection({
      open: (onread) => net.connect({ host, port, noDelay: true, onread }),
      freed: (connection, keptFor) => this.#keep(name, connection, keptFor),
    });
  }

  /** A connection for one exchange alone, made by somebody else. */
  once(open: (onread: OnReadOpts) => Socket): Connection {
    return new Connection({ open, freed: (connection) => connection.destroy() });
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const kept of this.#kept.values()) for (const { connection } of kept) connection.destroy();
    this.#kept.clear();
  }

  #keep(name: string, connection: Connection, keptFor: number): void {
    const kept = this.#kept.get(name) ?? [];
    if (this.#isOver || kept.length >= most) return connection.destroy();
    if (kept.length === 0) this.#kept.set(name, kept);
    kept.push({ connection, until: performance.now() + Math.min(longest, keptFor) });
    this.#timer ??= setInterval(() => this.#look(), lookEvery).unref();
  }

  #look(): void {
    const now = performance.now();
    for (const [name, kept] of this.#kept) {
      const left = kept.filter(({ connection, until }) => {
        const isGood = !connection.isClosed && now < until;
        if (!isGood) connection.destroy();
        return isGood;
      });
      if (left.length === 0) this.#kept.delete(name);
      else if (left.length < kept.length) this.#kept.set(name, left);
    }
    if (this.#kept.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
