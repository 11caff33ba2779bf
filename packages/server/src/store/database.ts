/** Database: what the store needs of the one that holds its rows. SQLite and PostgreSQL each make one. */
import type { Dialect, IsolationLevel, Kysely } from 'kysely';
import type { Change } from './changes.ts';
import type { Tables } from './tables.ts';

export interface Database {
  /** For messages: where it is, without any credential. */
  readonly name: string;
  readonly dialect: Dialect;
  /** Of every transaction. Absent: the database's own. */
  readonly isolation?: IsolationLevel;
  /** First thing in every transaction: afterwards it is the only one that writes. */
  begin?(transaction: Kysely<Tables>): Promise<void>;
  /** Last thing in a transaction: other processes hear of the changes once it is committed. */
  announce?(transaction: Kysely<Tables>, changes: readonly Change[]): Promise<void>;
  /** Hears what other processes announce, until disposed of. */
  listen?(options: ListenOptions): Promise<AsyncDisposable>;
}

export interface ListenOptions {
  readonly heard: (change: Change) => void;
  /** Called when announcements may have been missed, and every now and then. */
  readonly catchUp: () => Promise<void>;
}
