/**
 * Scope: what the objects of one resource work with — the database or an open transaction, the clock, and the
 * notices to send after the commit. A write outside of a transaction opens its own.
 */
import { makeOcid, type OcidKind } from '@mooring/contract';
import type { Kysely } from 'kysely';
import type { Clock, Random } from '../kit/clock.ts';
import type { Change } from './changes.ts';
import type { Tables } from './tables.ts';

export interface Scope {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly random: Random;
  /** Runs the work in the open transaction, or in one of its own. */
  write<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Remembers a notice for after the commit. */
  note(change: Change): void;
}

/** The time as the rows hold it. */
export const timeOf = (scope: Scope): string => new Date(scope.clock.now()).toISOString();

export const newOcid = (scope: Scope, kind: OcidKind): string => makeOcid(kind, scope.random(32));

/** A row was changed by someone else since it was read. Reading it again and repeating is safe. */
export class StaleRow extends Error {
  constructor(kind: string, id: string) {
    super(`${kind} ${id} was changed by someone else; read it again and repeat`);
    this.name = 'StaleRow';
  }
}

/** Text of a JSON column. Reading one back is `JSON.parse`: only this store writes them, so their shape is trusted. */
export const toJson = (value: unknown): string => JSON.stringify(value);
