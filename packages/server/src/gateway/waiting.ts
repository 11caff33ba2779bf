/**
 * Waiting: arrivals for which there is no replica yet, or none that may have more. First come, first served, at
 * whichever gateway of the server they came, for as long as the application's `hold` says; whoever can only go to a
 * certain replica does not hold up the others.
 */
import { Problem } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { Seat } from './admit.ts';
import type { Load } from './load.ts';
import { notFound } from './route.ts';

export interface Waiter {
  readonly applicationId: string;
  /** Tries to get a seat. Undefined: not yet. Throws when there will be none. */
  readonly take: () => Seat | undefined;
  /** True when not every replica will do. */
  readonly isChoosy: boolean;
  /** Milliseconds. */
  readonly hold: number;
  /** Those that may wait for the application. */
  readonly most: number;
  /** Aborted when it need not wait any longer. */
  readonly signal: AbortSignal;
}

/** One that waits; from its first end on it is in no line. */
interface Place extends Pick<Waiter, 'take' | 'isChoosy'> {
  /** When it began to wait, in milliseconds of the system, which are the same at all gateways. */
  readonly since: number;
  readonly serve: (seat: Seat) => void;
  readonly refuse: (reason: unknown) => void;
}

export class Waiting implements Disposable {
  readonly #load: Load;
  /** By application, in the order of arrival. */
  readonly #lines = new Map<string, Set<Place>>();
  readonly #watches = new DisposableStack();

  constructor({ directory, load }: { directory: Directory; load: Load }) {
    this.#load = load;
    this.#watches.use(
      directory.watch((applicationId, endpoint) => {
        if (endpoint !== undefined) return this.offer(applicationId);
        for (const place of this.#lines.get(applicationId) ?? []) place.refuse(notFound());
        load.forget(applicationId);
      }),
    );
    this.#watches.use(load.watchReleases((applicationId) => this.offer(applicationId)));
  }

  /** True when somebody to whom any replica will do waits: nobody overtakes. */
  isLine(applicationId: string): boolean {
    return this.#load.first(applicationId) !== undefined;
  }

  /** Resolves with a seat. Throws a Problem (ServiceUnavailable, NotAuthorizedOrNotFound), or the signal's reason. */
  async join(waiter: Waiter): Promise<Seat> {
    const { applicationId, hold, most, signal } = waiter;
    const line = this.#lines.get(applicationId) ?? new Set();
    if (this.#load.of(applicationId).waiting >= most) throw tooMany();
    this.#lines.set(applicationId, line);
    const { promise, resolve, reject } = Promise.withResolvers<Seat>();
    const place: Place = {
      ...waiter,
      since: Number(process.hrtime.bigint()) / 1e6,
      serve: (seat) => (this.#leave(place, waiter), resolve(seat)),
      refuse: (reason) => (this.#leave(place, waiter), reject(reason)),
    };
    line.add(place);
    this.#tellNext(applicationId);
    const timer = setTimeout(() => place.refuse(unavailable()), hold);
    const leave = (): void => place.refuse(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    using _counted = this.#load.wait(applicationId);
    // Those at another gateway, because of whom it joined, may have been served meanwhile.
    if (this.#next(applicationId) === place) this.serve(applicationId);
    try {
      return await promise;
    } finally {
      if (line.size === 0 && this.#lines.get(applicationId) === line) this.#lines.delete(applicationId);
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  }

  /** Something has changed: whoever can be served here is, in order. */
  serve(applicationId: string): void {
    let isOver = false;
    for (const place of this.#lines.get(applicationId) ?? []) {
      if (isOver && !place.isChoosy) continue;
      isOver ||= !place.isChoosy && this.#isBehind(place, applicationId);
      if (isOver && !place.isChoosy) {
        this.#load.passOn(applicationId);
        continue;
      }
      const seat = this.#try(place);
      if (seat === undefined) isOver ||= !place.isChoosy;
      else place.serve(seat);
    }
  }

  /** There may be a seat for whoever is next, here or at another gateway. */
  offer(applicationId: string): void {
    this.serve(applicationId);
    const isNobody = this.#next(applicationId) === undefined;
    if (isNobody) this.#load.passOn(applicationId);
  }

  [Symbol.dispose](): void {
    this.#watches.dispose();
  }

  #next(applicationId: string): Place | undefined {
    for (const place of this.#lines.get(applicationId) ?? []) if (!place.isChoosy) return place;
    return undefined;
  }

  #isBehind({ since }: Place, applicationId: string): boolean {
    return (this.#load.first(applicationId) ?? since) < since;
  }

  #leave(place: Place, { applicationId }: Waiter): void {
    this.#lines.get(applicationId)?.delete(place);
    this.#tellNext(applicationId);
  }

  #tellNext(applicationId: string): void {
    this.#load.next(applicationId, this.#next(applicationId)?.since);
  }

  /** Whoever gets a seat, or will never get one, is not asked again. */
  #try(place: Place): Seat | undefined {
    try {
      return place.take();
    } catch (error) {
      place.refuse(error);
      return undefined;
    }
  }
}

function unavailable(): Problem {
  return new Problem(
    'ServiceUnavailable',
    'The application has no ready replica. Try again shortly; its owner sees the reason with `mooring status <app>`.',
    { retryAfter: 5 },
  );
}

function tooMany(): Problem {
  return new Problem(
    'ServiceUnavailable',
    'Too many calls wait for a replica of the application. Try again shortly; its setting maxWaiting says how many may.',
    { retryAfter: 1 },
  );
}
