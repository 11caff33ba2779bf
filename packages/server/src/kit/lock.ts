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

/** Holds the lock until disposed of. Throws Locked at once when it is taken. The directory must exist. */
export function lockDirectory(directory: string): Disposable {
  const database = new DatabaseSync(join(directory, 'lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Locked(directory, { cause });
  }
  return { [Symbol.dispose]: () => database.close() };
}
