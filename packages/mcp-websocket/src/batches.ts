/**
 * Batches: what revision 2025-03-26 of MCP has and no other. The requests of a batch are carried out like others;
 * their answers are held back and go out together when the last one is there (JSON-RPC 2.0, section 6).
 */
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { isAnswer, isNotification, isRequest } from './json-rpc.ts';

/** The only revision in which a receiver must take batches. */
export const batchRevision = '2025-03-26';

interface Batch {
  readonly waiting: Set<RequestId>;
  readonly answers: JSONRPCMessage[];
}

export class Batches {
  readonly #batchOf = new Map<RequestId, Batch>();

  received(messages: readonly JSONRPCMessage[]): void {
    const ids = messages.filter(isRequest).map(({ id }) => id);
    const batch = { waiting: new Set(ids), answers: [] };
    for (const id of ids) this.#batchOf.set(id, batch);
  }

  /** What goes out now: the message itself, nothing while its batch waits for others, or the batch's answers. */
  sent(message: JSONRPCMessage): readonly JSONRPCMessage[] {
    const id = answered(message);
    const batch = id === undefined ? undefined : this.#batchOf.get(id);
    if (id === undefined || batch === undefined) return [message];
    batch.answers.push(message);
    return this.#settle(id, batch);
  }

  /** A cancelled request need not be answered: its batch goes on without it. Gives what goes out now. */
  cancelled(message: JSONRPCMessage): readonly JSONRPCMessage[] {
    if (!isNotification(message) || message.method !== 'notifications/cancelled') return [];
    const id = message.params?.['requestId'];
    if (typeof id !== 'string' && typeof id !== 'number') return [];
    const batch = this.#batchOf.get(id);
    return batch === undefined ? [] : this.#settle(id, batch);
  }

  #settle(id: RequestId, batch: Batch): readonly JSONRPCMessage[] {
    this.#batchOf.delete(id);
    batch.waiting.delete(id);
    return batch.waiting.size === 0 ? batch.answers : [];
  }
}

function answered(message: JSONRPCMessage): RequestId | undefined {
  return isAnswer(message) ? message.id : undefined;
}
