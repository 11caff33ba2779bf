/**
 * Changes: notices that a row was written, here or by another node on the same database. They go out after the
 * commit, in the order of the commits. A notice only says that something changed: whoever gets it reads the row.
 */
import type { Log } from '../observe/log.ts';

export const changeKinds = [
  'application',
  'deployment',
  'workRequest',
  'settings',
  'replica',
  'client',
  'revocation',
  'apiKey',
  'secret',
  'storage',
  'compartment',
  'demand',
  'renewal',
  'renewed',
  'follower',
  'scaling',
  'scaled',
  'catchUp',
  'caughtUp',
] as const;

export interface Change {
  readonly kind: (typeof changeKinds)[number];
  /**
   * Id of the row; for `settings` and `replica` the application's. `demand` is of no row: somebody waits for the
   * application. `renewal` and `renewed` are a question to the other nodes and its answer. `follower` names a node that
   * is there and does not lead. `scaling` asks the node that leads for the decisions on an application, `scaled` answers.
   * `catchUp` asks it to write down what runs, `caughtUp` says that it is written; their id is that of the question.
   */
  readonly id: string;
  /** Of `demand`: how many wait at a node. */
  readonly count?: number;
  /** Of a question or an answer: what is asked or told, as JSON of at most 7,000 bytes. */
  readonly note?: string;
}

export type ChangeListener = (change: Change) => void;

export class Changes {
  readonly #listeners = new Set<ChangeListener>();
  readonly #log: Log | undefined;

  constructor(log?: Log) {
    this.#log = log;
  }

  /** Calls the listener after every commit until the returned handle is disposed. It must not throw. */
  watch(listener: ChangeListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Tells all listeners. One that throws is logged and does not keep the others from hearing. */
  send(changes: readonly Change[]): void {
    for (const change of changes) for (const listener of this.#listeners) this.#tell(listener, change);
  }

  #tell(listener: ChangeListener, change: Change): void {
    try {
      listener(change);
    } catch (error) {
      this.#log?.error({ err: error, change }, 'a listener for changes failed');
    }
  }
}
