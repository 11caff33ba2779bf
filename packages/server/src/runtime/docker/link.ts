/**
 * The link to the engine: connects when it is first needed, hears of every container that ends, notices when the
 * engine goes away, and connects again until it is closed.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Clock } from '../../kit/clock.ts';
import { pauseFor } from '../../kit/pause.ts';
import type { Log } from '../../observe/log.ts';
import type { StartFailure } from '../runtime.ts';
import { openEngine, type Engine } from './engine.ts';
import { engineAway } from './failure.ts';
import { findEngine, type Place } from './find.ts';
import { labels, ofInstallation } from './labels.ts';

export interface Death {
  readonly replicaId: string;
  readonly code: number;
}

export interface LinkOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly installation: () => Promise<string>;
  /** Called whenever it answers after it did not; events are heard already. */
  readonly onUp: (engine: Engine) => Promise<void>;
  readonly onDeath: (death: Death) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const dieEvent = z.looseObject({
  // Podman's own word is `died`.
  Action: z.enum(['die', 'died']),
  Actor: z.looseObject({ Attributes: z.record(z.string(), z.string()) }),
});

/** Milliseconds in which an engine that answers at once has answered. */
const answerLimit = 500;

/** Milliseconds until the engine is looked for again; grows up to the second. */
const pauses = { first: 100, most: 2000 };

export class EngineLink implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #life = new AbortController();
  #running: Promise<void> | undefined;
  #engine: Engine | undefined;
  #place: Place | undefined;
  #failure: unknown;
  /** When it was not there for the first time since it answered. */
  #since = 0;
  /** Settles when the first attempt is over. */
  readonly #first = Promise.withResolvers<void>();
  /** Resolves when the engine answers; a new one whenever it goes away. */
  #back = Promise.withResolvers<void>();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The engine. Throws a StartFailure while it is away. */
  async get(): Promise<Engine> {
    this.#running ??= this.#run();
    await this.#first.promise;
    if (this.#engine) return this.#engine;
    throw this.#away();
  }

  /** Why it does not answer. Undefined: it does, or was not needed yet. */
  get trouble(): string | undefined {
    if (this.#engine || this.#failure === undefined) return undefined;
    return this.#away().message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort(new Error('the server stops'));
    this.#first.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, environment } = this.#options;
    const { signal } = this.#life;
    let pause = pauses.first;
    while (!signal.aborted) {
      try {
        this.#place = await findEngine(environment);
        await this.#stay(await openEngine(this.#place), () => (pause = pauses.first));
      } catch (error) {
        if (this.#failure === undefined && !signal.aborted)
          log.warn({ err: error, place: this.#place }, 'the container engine does not answer');
        if (this.#failure === undefined) this.#since = this.#options.clock.now();
        this.#failure = error;
      }
      this.#first.resolve();
      await pauseFor(pause, signal);
      pause = Math.min(pause * 1.5, pauses.most);
    }
  }

  #away(): StartFailure {
    const passed = this.#back.promise;
    return engineAway({ place: this.#place, cause: this.#failure, since: this.#since, passed });
  }

  /** Until the engine goes away. Rejects with what it said. */
  async #stay(engine: Engine, onUp: () => void): Promise<void> {
    const { installation, log } = this.#options;
    const filters = JSON.stringify({
      type: ['container'],
      ...ofInstallation(await installation()),
    });
    const closed = Promise.withResolvers<void>();
    const over = new AbortController();
    const abortSignal = AbortSignal.any([this.#life.signal, over.signal]);
    const options = { filters, abortSignal };
    const heard = engine.docker.getEvents(options).then(
      (events) => this.#listen(events, closed.resolve),
      () => closed.resolve(),
    );
    // Podman answers when there is a first event to tell; it has heard the question all the same.
    await Promise.race([heard, pauseFor(answerLimit, abortSignal)]);
    await this.#options.onUp(engine);
    this.#engine = engine;
    this.#failure = undefined;
    onUp();
    log.info(
      { ...engine.place, platform: engine.platform, reach: engine.reach },
      'the container engine answers',
    );
    this.#back.resolve();
    this.#first.resolve();
    await closed.promise;
    over.abort();
    this.#engine = undefined;
    this.#back = Promise.withResolvers();
    throw new Error('it went away');
  }

  #listen(events: NodeJS.ReadableStream, onClose: () => void): void {
    events.on('error', onClose);
    events.on('close', onClose);
    const lines = createInterface({ input: events });
    lines.on('line', (line) => this.#hear(line));
    lines.on('error', onClose);
  }

  #hear(line: string): void {
    const parsed = dieEvent.safeParse(JSON.parse(line));
    const attributes = parsed.data?.Actor.Attributes;
    const replicaId = attributes?.[labels.replica];
    if (replicaId === undefined) return;
    this.#options.onDeath({
      replicaId,
      code: Number(attributes?.['exitCode'] ?? attributes?.['containerExitCode'] ?? 0),
    });
  }
}
