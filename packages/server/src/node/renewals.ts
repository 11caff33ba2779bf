/**
 * Renewals: a token that was handed in at one node reaches the node that holds the connection. The question goes to all
 * nodes as a notice; the one that holds the connection does what is asked and says so.
 */
import { Problem } from '@mooring/contract';
import { z } from 'zod';
import type { Renewal } from '../gateway/renewal.ts';
import type { Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Change, Store } from '../store/index.ts';

export interface RenewalsOptions {
  readonly store: Pick<Store, 'announce' | 'changes'>;
  /** Does what is asked, if the connection is here. */
  readonly renew: (renewal: Renewal) => Promise<boolean>;
  readonly random: Random;
  readonly log: Log;
  /** Milliseconds for the answer of another node. Default 2000. */
  readonly patience?: number;
}

const question = z.object({
  question: z.string(),
  applicationId: z.string(),
  caller: z.string(),
  expiresAt: z.number().optional(),
  revocable: z
    .object({
      subject: z.string(),
      clientId: z.string(),
      issuedAt: z.number().optional(),
      grant: z.string().optional(),
    })
    .optional(),
});

/** Of a connection. Nothing else is worth a question to everybody. */
const isName = /^[0-9a-f]{32}$/;

/** Questions that may wait for their answer. */
const maxAsked = 256;

export class Renewals implements Disposable {
  readonly #options: RenewalsOptions;
  readonly #asked = new Map<string, PromiseWithResolvers<boolean>>();
  readonly #watch: Disposable;

  constructor(options: RenewalsOptions) {
    this.#options = options;
    this.#watch = options.store.changes.watch((change) => this.#hear(change));
  }

  /**
   * Asks the other nodes. False: none of them has such a connection, or none answers in time. Throws a Problem
   * (ServiceUnavailable) when too many ask.
   */
  async ask({ connectionId, ...renewal }: Renewal): Promise<boolean> {
    const { store, random, patience = 2000 } = this.#options;
    if (!isName.test(connectionId)) return false;
    if (this.#asked.size >= maxAsked)
      throw new Problem('ServiceUnavailable', 'Many tokens are being handed in. Try again in a moment.', {
        retryAfter: 1,
      });
    const id = Buffer.from(random(8)).toString('hex');
    const answer = Promise.withResolvers<boolean>();
    this.#asked.set(id, answer);
    const timer = setTimeout(() => answer.resolve(false), patience);
    try {
      const note = JSON.stringify({ question: id, ...renewal });
      await store.announce({ kind: 'renewal', id: connectionId, note });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    for (const { resolve } of this.#asked.values()) resolve(false);
  }

  #hear({ kind, id, note }: Change): void {
    if (kind === 'renewed') this.#asked.get(id)?.resolve(true);
    if (kind !== 'renewal' || note === undefined) return;
    const { question: asked, ...renewal } = question.parse(JSON.parse(note));
    if (!this.#asked.has(asked)) void this.#renew(asked, { connectionId: id, ...renewal });
  }

  async #renew(asked: string, renewal: Renewal): Promise<void> {
    const { renew, log } = this.#options;
    try {
      if (await renew(renewal)) this.#answer(asked);
    } catch (error) {
      log.warn({ err: error }, 'a connection could not be given its new token');
    }
  }

  #answer(id: string): void {
    const { store, log } = this.#options;
    store.announce({ kind: 'renewed', id }).catch((error: unknown) => {
      log.warn({ err: error }, 'another node could not be told that a connection has its new token');
    });
  }
}
