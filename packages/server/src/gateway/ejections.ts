/**
 * Ejections: replicas that could not be reached several times in a row get no arrivals while there are others, until
 * one answers `GET /ready` with 200 again. What the application itself answers is no failure.
 */
import http from 'node:http';
import type { ApplicationSettings } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { Seat } from './admit.ts';

export interface EjectionsOptions {
  readonly directory: Directory;
  readonly log: Log;
  /** Told when a replica of the application takes arrivals again. */
  readonly restored: (applicationId: string) => void;
}

export interface Reached {
  readonly applicationId: string;
  readonly seat: Seat;
  readonly settings: Pick<ApplicationSettings, 'ejectAfter' | 'ejectFor'>;
}

/** Milliseconds for a look. */
const lookLimit = 2000;

export class Ejections implements Disposable {
  readonly #options: EjectionsOptions;
  /** Failures in a row, by replica. */
  readonly #failures = new Map<string, number>();
  readonly #out = new Set<string>();
  readonly #life = new AbortController();
  readonly #watch: Disposable;

  constructor(options: EjectionsOptions) {
    this.#options = options;
    this.#watch = options.directory.watch(() => this.#forgetGone());
  }

  isOut(replicaId: string): boolean {
    return this.#out.has(replicaId);
  }

  succeeded({ seat }: Pick<Reached, 'seat'>): void {
    this.#failures.delete(seat.replica.id);
  }

  failed(reached: Reached): void {
    const { seat, settings, applicationId } = reached;
    const { id } = seat.replica;
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    if (settings.ejectAfter === 0 || failures < settings.ejectAfter || this.#out.has(id)) return;
    this.#out.add(id);
    this.#options.log.warn({ applicationId, replicaId: id, failures }, 'a replica is ejected');
    void this.#untilBack(reached);
  }

  [Symbol.dispose](): void {
    this.#life.abort();
    this.#watch[Symbol.dispose]();
  }

  async #untilBack({ seat, settings, applicationId }: Reached): Promise<void> {
    const { id } = seat.replica;
    const { signal } = this.#life;
    while (await pauseFor(settings.ejectFor * 1000, signal)) {
      if (!this.#out.has(id)) return;
      if (await isReady(seat, signal)) break;
    }
    this.#failures.delete(id);
    if (!this.#out.delete(id) || signal.aborted) return;
    this.#options.log.info({ applicationId, replicaId: id }, 'an ejected replica is back');
    this.#options.restored(applicationId);
  }

  #forgetGone(): void {
    if (this.#failures.size === 0) return;
    const there = new Set(
      this.#options.directory.all().flatMap(({ replicas }) => replicas.map(({ id }) => id)),
    );
    for (const id of this.#failures.keys()) {
      if (there.has(id)) continue;
      this.#failures.delete(id);
      this.#out.delete(id);
    }
  }
}

/** Never rejects. */
async function isReady({ replica, tunnel }: Seat, life: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const request = http.get({
    host: replica.host,
    port: replica.port,
    path: '/ready',
    headers: { 'user-agent': 'mooring-probe' },
    signal: AbortSignal.any([life, AbortSignal.timeout(lookLimit)]),
    ...(tunnel ? { createConnection: () => tunnel() } : { agent: false }),
  });
  request.on('response', (answer) => resolve(answer.statusCode === 200));
  request.on('error', () => resolve(false));
  request.on('close', () => resolve(false));
  const result = await promise;
  request.destroy();
  return result;
}
