/**
 * The end of containers: each is asked to go until the engine has it no more. An engine that is busy with one, or is
 * away, is asked again in the background. What is still there when this is disposed of is for the next server.
 */
import type { Container } from 'dockerode';
import { pauseFor } from '../../kit/pause.ts';
import type { Log } from '../../observe/log.ts';
import { statusOf } from './failure.ts';
import { within } from './within.ts';

/** Milliseconds until the engine is asked again; grows by half each time. */
const pauses = { first: 200, most: 5000 };

export class Removals implements AsyncDisposable {
  readonly #log: Log;
  readonly #life = new AbortController();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Kills it. True when it is gone; false when it is asked again later. */
  async remove(container: Container): Promise<boolean> {
    const failure = await attempt(container);
    if (!failure) return true;
    const { id } = container;
    if (this.#life.signal.aborted || this.#underWay.has(id)) return false;
    this.#log.warn({ err: failure.cause, containerId: id }, 'a container could not be removed yet');
    this.#underWay.set(
      id,
      this.#insist(container).finally(() => this.#underWay.delete(id)),
    );
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    await Promise.all(this.#underWay.values());
  }

  async #insist(container: Container): Promise<void> {
    let pause = pauses.first;
    while (await pauseFor(pause, this.#life.signal)) {
      if (!(await attempt(container))) return;
      pause = Math.min(pause * 1.5, pauses.most);
    }
  }
}

/** What the engine said. Undefined: it is gone. 409, that it is being removed, is no promise: such a one may come to nothing. */
async function attempt(container: Container): Promise<{ cause: unknown } | undefined> {
  try {
    await within((abortSignal) => container.remove({ force: true, v: true, abortSignal }));
    return undefined;
  } catch (cause) {
    return statusOf(cause) === 404 ? undefined : { cause };
  }
}
