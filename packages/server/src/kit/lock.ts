/**
 * A lock on a directory that the system lets go of when its holder dies, however it dies: an open exclusive
 * transaction on a database file of its own.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown when another process holds the lock. */
export class Locked extends Error {
  constructor(directory: string, options?: ErrorOptions) {
    super(`Another process is using ${directory}`, options);
    this.name = 'Locked';
  }
}

/** SQLITE_BUSY: somebody holds a lock on the file. */
const busy = 5;

/** Holds the lock until disposed of. Throws Locked at once when it is taken, an Error when its file cannot be used. */
export function lockDirectory(directory: string): Disposable {
  const file = join(directory, 'lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === busy)
      throw new Locked(directory, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The lock ${file} cannot be used: ${why}. See that its folder can be written and its disk is not full; it may be deleted when no server is running.`,
      { cause },
    );
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}
