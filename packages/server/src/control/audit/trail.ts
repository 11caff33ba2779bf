/**
 * The trail of changes: every request that may change something leaves an entry in the audit log, in the transaction
 * of its change. A request that was refused, failed, or changed what this server's database does not hold leaves its
 * entry afterwards.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { asProblem, type AuditEntry } from '@mooring/contract';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { z } from 'zod';
import type { NewAuditEntry } from '../../store/audit.ts';
import type { Change } from '../../store/changes.ts';
import type { Around, Store } from '../../store/store.ts';
import type { ControlContext, ControlEnv } from '../conventions/context.ts';
import { difference, stateOf } from './state.ts';
import { subjectOf, type Subject } from './subject.ts';

/** A request on its way. */
interface Step {
  readonly entry: () => Omit<NewAuditEntry, 'outcome'>;
  readonly subject: Subject | undefined;
  /** True once an entry is written, or will be with its transaction. */
  written: boolean;
}

export interface Trail {
  /** The store whose transactions write the entries of the requests that they serve. */
  readonly store: Store;
  /** Belongs behind the authentication, that of the body included. */
  readonly middleware: MiddlewareHandler<ControlEnv>;
}

export function createTrail(store: Store): Trail {
  const steps = new AsyncLocalStorage<Step>();
  return {
    store: store.around(around(steps)),
    middleware: async (c, next) => {
      if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
      const step: Step = { entry: () => entryOf(c), subject: subjectOf(c.req.path), written: false };
      await steps.run(step, next);
      const outcome = outcomeOf(c);
      const isKnown = routePath(c, -1) !== '/*';
      if (!isKnown || (step.written && outcome.outcome === 'SUCCEEDED')) return;
      const created = await createdId(c);
      await store.audit.add({
        ...step.entry(),
        ...(created !== undefined && { resourceId: created }),
        ...outcome,
      });
    },
  };
}

const around =
  (steps: AsyncLocalStorage<Step>): Around =>
  async (work, { tx, noted }) => {
    const step = steps.getStore();
    if (!step) return work();
    const before = step.subject && (await stateOf(tx, step.subject));
    const result = await work();
    const subject = step.subject ?? noted.find(isSubject);
    if (!subject || !noted.some(isSubject)) return result;
    const after = await stateOf(tx, subject);
    const change = { resourceId: subject.id, ...difference(before, after) };
    await tx.audit.add({ ...step.entry(), outcome: 'SUCCEEDED', ...change });
    step.written = true;
    return result;
  };

/** Work requests follow from a change; they are none. */
const isSubject = ({ kind }: Change): boolean => kind !== 'workRequest';

function entryOf(c: ControlContext): Omit<NewAuditEntry, 'outcome'> {
  const { subject, clientId, keyId, issuer } = c.get('operator');
  const path = routePath(c, -1);
  const innermost = [...path.matchAll(/:([^/]+)/g)].at(-1)?.[1];
  const resourceId = subjectOf(c.req.path)?.id ?? (innermost && c.req.param(innermost));
  return {
    subject,
    ...(issuer !== undefined && { issuer }),
    ...(clientId !== '' && { clientId }),
    ...(keyId !== undefined && { keyId }),
    address: c.env.arrival.address,
    opcRequestId: c.get('requestId'),
    operation: `${c.req.method} ${path.replaceAll(/:([^/]+)/g, '{$1}')}`,
    ...(resourceId !== undefined && { resourceId }),
  };
}

const created = z.union([
  z.object({ id: z.string() }).transform(({ id }) => id),
  z.object({ clientId: z.string() }).transform(({ clientId }) => clientId),
]);

/** What a creation made, as its answer names it. */
async function createdId({ res }: ControlContext): Promise<string | undefined> {
  if (res.status !== 201) return undefined;
  return created.safeParse(await res.clone().json()).data;
}

function outcomeOf({ error, res }: ControlContext): Pick<AuditEntry, 'outcome' | 'code'> {
  if (res.status < 400) return { outcome: 'SUCCEEDED' };
  const code = error && asProblem(error).code;
  return { outcome: res.status < 500 ? 'REFUSED' : 'FAILED', ...(code && { code }) };
}
