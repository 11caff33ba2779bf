/**
 * The directory: every endpoint and its live replicas, in memory. Who reconciles, or follows the node that does,
 * writes it; the gateway reads it. Listeners are told after each change, in the order of the changes.
 */
import type { Endpoint } from './endpoint.ts';

export type DirectoryListener = (applicationId: string, endpoint: Endpoint | undefined) => void;

export class Directory {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #listeners = new Set<DirectoryListener>();
  readonly #isCurrent: () => boolean;

  /** @param isCurrent False while another node may have changed things unheard: nothing is sent to a replica then. */
  constructor(isCurrent: () => boolean = () => true) {
    this.#isCurrent = isCurrent;
  }

  /** False: what it shows may have changed unheard. */
  get isCurrent(): boolean {
    return this.#isCurrent();
  }

  get(applicationId: string): Endpoint | undefined {
    const endpoint = this.#endpoints.get(applicationId);
    return endpoint === undefined || this.#isCurrent() ? endpoint : { ...endpoint, replicas: [] };
  }

  all(): Endpoint[] {
    return [...this.#endpoints.values()];
  }

  put(endpoint: Endpoint): void {
    this.#endpoints.set(endpoint.applicationId, endpoint);
    this.#tell(endpoint.applicationId);
  }

  /** Afterwards the application does not exist for anybody. */
  remove(applicationId: string): void {
    if (this.#endpoints.delete(applicationId)) this.#tell(applicationId);
  }

  /** Tells of everything once more: whoever waits looks again. */
  repeat(): void {
    for (const applicationId of this.#endpoints.keys()) this.#tell(applicationId);
  }

  /** Calls the listener after every change until the returned handle is disposed. */
  watch(listener: DirectoryListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #tell(applicationId: string): void {
    const endpoint = this.get(applicationId);
    for (const listener of this.#listeners) listener(applicationId, endpoint);
  }
}
