/**
 * Images: one that is there is used, another is pulled with the credentials for its registry; one for another kind
 * of machine is refused.
 */
import { PassThrough } from 'node:stream';
import type { Clock } from '../../kit/clock.ts';
import { StartFailure, type PrepareOptions } from '../runtime.ts';
import type { Credential, FindCredential } from './credentials.ts';
import type { Engine } from './engine.ts';
import { isAway, messageOf, statusOf } from './failure.ts';
import { PullProgress } from './progress.ts';
import { dockerHub, isReference, registryOf } from './reference.ts';
import { within } from './within.ts';

export interface ImagesOptions {
  readonly findCredential: FindCredential;
  readonly clock: Clock;
}

/** Milliseconds without a word of the engine after which a pull is given up. */
const silence = 120_000;

interface Pull {
  readonly done: Promise<void>;
  readonly listeners: Set<(sentence: string) => void>;
}

export class Images {
  readonly #options: ImagesOptions;
  readonly #life = new AbortController();
  /** By reference: who wants the same image waits for the same pull. */
  readonly #pulls = new Map<string, Pull>();

  constructor(options: ImagesOptions) {
    this.#options = options;
  }

  /** Resolves when the image is there. Throws a StartFailure that says why it cannot be. */
  async ensure(engine: Engine, reference: string, options: PrepareOptions): Promise<void> {
    if (!isReference(reference)) {
      throw new StartFailure(
        `${JSON.stringify(reference)} cannot name an image: it must be [registry/]name:tag, the name in lower case.`,
      );
    }
    const found = (await inspect(engine, reference)) ?? (await this.#pulled(engine, reference, options));
    if (found === engine.platform) return;
    throw new StartFailure(
      `The image ${reference} is for ${found}, and the container engine runs ${engine.platform}. ` +
        `Build it for that (docker build --platform ${engine.platform}) and deploy it under a new tag.`,
    );
  }

  /** Ends the pulls that are under way. */
  stop(): void {
    this.#life.abort(new Error('the server stops'));
  }

  async #pulled(engine: Engine, reference: string, { signal, tell }: PrepareOptions): Promise<string> {
    const pull = this.#pulls.get(reference) ?? this.#begin(engine, reference);
    pull.listeners.add(tell);
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      await Promise.race([pull.done, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      pull.listeners.delete(tell);
    }
    const found = await inspect(engine, reference);
    if (found !== undefined) return found;
    throw new StartFailure(`The image ${reference} was pulled, and is not there. Deploy it again.`);
  }

  #begin(engine: Engine, reference: string): Pull {
    const listeners = new Set<(sentence: string) => void>();
    const tell = (sentence: string): void => listeners.forEach((listener) => listener(sentence));
    // Begins in a moment: whoever asked for it listens by then.
    const done = Promise.resolve().then(() => this.#pull(engine, reference, tell));
    done.catch(() => undefined).finally(() => this.#pulls.delete(reference));
    const pull = { done, listeners };
    this.#pulls.set(reference, pull);
    return pull;
  }

  async #pull(engine: Engine, reference: string, tell: (sentence: string) => void): Promise<void> {
    const { findCredential, clock } = this.#options;
    const registry = registryOf(reference);
    const credential = await findCredential(registry);
    const as = credential ? ` as ${credential.username || 'the holder of a token'}` : '';
    tell(`Pulling ${reference} from ${registry}${as}.`);
    const begun = clock.now();
    const progress = new PullProgress(
      (summary) => tell(`Pulling ${reference}: ${summary}.`),
      () => clock.now(),
    );
    try {
      await follow(engine, { reference, credential, progress, signal: this.#life.signal });
    } catch (cause) {
      throw new StartFailure(explain(reference, { registry, credential, cause }), { cause });
    }
    const seconds = ((clock.now() - begun) / 1000).toFixed(1);
    tell(`Pulled ${reference} in ${seconds} s: ${progress.summary}.`);
  }
}

/** Platform of an image that is there. */
async function inspect({ docker }: Engine, reference: string): Promise<string | undefined> {
  try {
    const { Os, Architecture } = await within(() => docker.getImage(reference).inspect());
    return `${Os}/${Architecture}`;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    if (isAway(error)) throw error;
    throw new StartFailure(`The image ${reference} cannot be looked at: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

interface Following {
  readonly reference: string;
  readonly credential: Credential | undefined;
  readonly progress: PullProgress;
  readonly signal: AbortSignal;
}

async function follow({ docker }: Engine, following: Following): Promise<void> {
  const { reference, credential, progress, signal } = following;
  const stalled = new AbortController();
  const abortSignal = AbortSignal.any([signal, stalled.signal]);
  const timer = setTimeout(() => stalled.abort(new Error('nothing came for two minutes')), silence);
  try {
    const answer = await docker.pull(reference, {
      abortSignal,
      ...(credential && { authconfig: credential }),
    });
    const failure = await new Promise<string | undefined>((resolve, reject) => {
      const stream = answer.pipe(new PassThrough());
      answer.on('error', reject);
      let refused: string | undefined;
      docker.modem.followProgress(
        stream,
        (error) => (error && refused === undefined ? reject(error) : resolve(refused)),
        (message: unknown) => {
          timer.refresh();
          refused ??= progress.hear(message);
        },
      );
    });
    if (failure !== undefined) throw new Error(failure);
  } finally {
    clearTimeout(timer);
  }
}

interface Refused {
  readonly registry: string;
  readonly credential: Credential | undefined;
  readonly cause: unknown;
}

/** Which of the failures it is; registries and engines tell them in words only. */
function explain(reference: string, { registry, credential, cause }: Refused): string {
  const said = messageOf(cause);
  if (/manifest for .* not found|manifest unknown|name unknown|not found: manifest/i.test(said)) {
    return `The image ${reference} does not exist in ${registry}. Check its name and tag. The engine says: ${said}.`;
  }
  if (/no matching manifest/i.test(said)) {
    return `The image ${reference} is not there for this kind of machine. Build it for it. The engine says: ${said}.`;
  }
  if (/unauthorized|denied|authentication required|no basic auth|forbidden|incorrect username/i.test(said)) {
    const with_ = credential ? `as ${credential.username}` : 'without credentials';
    const maybe = registry === dockerHub ? ', or it does not exist' : '';
    return (
      `The registry ${registry} does not let this server pull ${reference} ${with_}${maybe}. ` +
      `Log in: mooring registries login ${registry}. The engine says: ${said}.`
    );
  }
  if (/dial tcp|no such host|timeout|connection refused|TLS handshake|certificate|EOF/i.test(said)) {
    return `The registry ${registry} cannot be reached by the container engine for ${reference}: ${said}.`;
  }
  return `The image ${reference} could not be pulled: ${said}.`;
}
