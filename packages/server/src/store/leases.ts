/**
 * Leases: which node may do what only one may do at a time. No clock is compared between nodes: a holder renews
 * its lease, and whoever has seen it not renewed for long enough takes it. Every holder has an epoch of its own.
 */
import type { Scope } from './scope.ts';
import type { LeaseRow } from './tables.ts';

export interface LeaseRecord {
  readonly name: string;
  /** Undefined: it was given back. */
  readonly holder: string | undefined;
  /** Goes up with every holder. */
  readonly epoch: number;
  /** Goes up with every sign of life of the holder. */
  readonly renewals: number;
}

/** The right of one holder. */
export type Fence = Pick<LeaseRecord, 'name' | 'epoch'>;

/** A write came from a node whose lease another one has taken meanwhile. Nothing was written. */
export class LeaseLost extends Error {
  constructor({ name, epoch }: Fence) {
    super(`another node has taken the lease "${name}" since epoch ${epoch}`);
    this.name = 'LeaseLost';
  }
}

export interface Leases {
  get(name: string): Promise<LeaseRecord | undefined>;
  /**
   * Takes the lease when it still is as it was seen (undefined: it was not there). Returns the new epoch, or
   * undefined when it was renewed or taken in the meantime.
   */
  take(name: string, holder: string, seen: LeaseRecord | undefined): Promise<number | undefined>;
  /** False: another node has it. */
  renew(fence: Fence): Promise<boolean>;
  /** Gives it back, unless another node has it: the next one need not wait. */
  release(fence: Fence): Promise<void>;
  /** Throws LeaseLost when another node has it. Inside a transaction this holds until its end. */
  check(fence: Fence): Promise<void>;
}

export function leases(scope: Scope): Leases {
  return {
    get: (name) => get(scope, name),
    take: (name, holder, seen) => scope.write((tx) => take(tx, { name, holder, seen })),
    renew: (fence) => scope.write((tx) => renew(tx, fence)),
    release: (fence) => scope.write((tx) => release(tx, fence)),
    check: (fence) => check(scope, fence),
  };
}

async function get(scope: Scope, name: string): Promise<LeaseRecord | undefined> {
  const row = await scope.db.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst();
  return row && { ...row, holder: row.holder ?? undefined };
}

interface Taking {
  readonly name: string;
  readonly holder: string;
  readonly seen: LeaseRecord | undefined;
}

async function take(scope: Scope, { name, holder, seen }: Taking): Promise<number | undefined> {
  const now = await get(scope, name);
  if (now?.epoch !== seen?.epoch || now?.renewals !== seen?.renewals) return undefined;
  const row: LeaseRow = { name, holder, epoch: (now?.epoch ?? 0) + 1, renewals: 0 };
  await scope.db
    .insertInto('leases')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  return row.epoch;
}

async function renew(scope: Scope, { name, epoch }: Fence): Promise<boolean> {
  const { numUpdatedRows } = await scope.db
    .updateTable('leases')
    .set((eb) => ({ renewals: eb('renewals', '+', 1) }))
    .where('name', '=', name)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function release(scope: Scope, { name, epoch }: Fence): Promise<void> {
  await scope.db
    .updateTable('leases')
    .set({ holder: null })
    .where('name', '=', name)
    .where('epoch', '=', epoch)
    .execute();
}

async function check(scope: Scope, fence: Fence): Promise<void> {
  if ((await get(scope, fence.name))?.epoch !== fence.epoch) throw new LeaseLost(fence);
}
