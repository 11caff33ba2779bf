/**
 * `opc-retry-token`: the same creation, repeated by the same caller within 24 hours, answers the same object
 * instead of making another (OCI reference, section 2.4).
 */
import { createHash } from 'node:crypto';
import { Problem } from '@mooring/contract';
import { z } from '@hono/zod-openapi';
import type { Resources } from '../../store/store.ts';
import type { ControlContext } from './context.ts';

export const retryTokenHeader = z.object({
  'opc-retry-token': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Makes the request repeatable for 24 hours'),
});

/** A request as its retry token knows it. */
export interface Attempt {
  readonly key: string;
  readonly bodyHash: string;
}

/** Undefined when the caller sent no retry token. */
export function attemptOf(c: ControlContext, body: unknown): Attempt | undefined {
  const token = c.req.header('opc-retry-token');
  if (token === undefined) return undefined;
  const { issuer, subject, clientId } = c.get('operator');
  return {
    key: hash([issuer, subject, clientId, c.req.method, c.req.path, token]),
    bodyHash: hash([body]),
  };
}

const hash = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

export interface Made<Item> {
  readonly item: Item;
  readonly workRequestId: string | undefined;
}

interface Making<Item> {
  readonly make: () => Promise<Made<Item>>;
  /** The item that an earlier attempt made, as it is now; undefined when it is gone. */
  readonly again: (id: string) => Promise<Item | undefined>;
}

/** Makes the item, or finds the one that the same attempt made before. Belongs into the transaction of the creation. */
export async function repeatable<Item extends { id: string }>(
  tx: Resources,
  attempt: Attempt | undefined,
  { make, again }: Making<Item>,
): Promise<Made<Item>> {
  if (!attempt) return make();
  const before = await tx.retryTokens.get(attempt.key);
  if (!before) {
    const made = await make();
    await tx.retryTokens.put({ ...attempt, resourceId: made.item.id, workRequestId: made.workRequestId });
    return made;
  }
  if (before.bodyHash !== attempt.bodyHash)
    throw new Problem(
      'InvalidatedRetryToken',
      'This opc-retry-token was used with another body. Use a new token for a new request.',
    );
  const item = await again(before.resourceId);
  if (!item)
    throw new Problem(
      'InvalidatedRetryToken',
      'What this opc-retry-token made was deleted since. Use a new token to make another.',
    );
  return { item, workRequestId: before.workRequestId };
}
