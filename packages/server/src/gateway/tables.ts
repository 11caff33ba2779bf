/** Tables: what all gateways of a server count together, in memory that they share. */
import type { Clock } from '../kit/clock.ts';
import { Ledger, ledgerMemory, type LedgerMemory } from '../kit/ledger.ts';

export interface Tables {
  /** By replica: what it serves. */
  readonly replicas: Ledger;
  /** By application: what is asked of it, and what it holds. */
  readonly applications: Ledger;
  /** By caller and application. */
  readonly callers: Ledger;
}

/** Structured-cloneable. */
export type TablesMemory = Readonly<Record<keyof Tables, LedgerMemory>>;

/** Keys that each table holds about; an application has five, a replica two. What does not fit is not counted. */
const capacity = { replicas: 32_768, applications: 131_072, callers: 65_536 };

/** Milliseconds: the credit of a caller is whole again after a second. */
const keep = { replicas: 60_000, applications: Infinity, callers: 1000 };

/** @param rows how many gateways share them */
export function tablesMemory(rows: number): TablesMemory {
  const memory = (name: keyof Tables): LedgerMemory =>
    ledgerMemory({ rows, capacity: capacity[name], keep: keep[name] });
  return {
    replicas: memory('replicas'),
    applications: memory('applications'),
    callers: memory('callers'),
  };
}

export function openTables(memory: TablesMemory, options: { row: number; clock: Clock }): Tables {
  return {
    replicas: new Ledger(memory.replicas, options),
    applications: new Ledger(memory.applications, options),
    callers: new Ledger(memory.callers, options),
  };
}

/** Those of a gateway that is alone. */
export const ownTables = (clock: Clock): Tables => openTables(tablesMemory(1), { row: 0, clock });
