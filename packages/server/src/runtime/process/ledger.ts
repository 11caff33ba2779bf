/**
 * The ledger: one small file per replica that runs, so that a later server can end what this one left behind.
 * It names the process in a way that is never true of another one, even when its pid is used again.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const entry = z.object({
  replicaId: z.string().min(1),
  /** Pid of the process that leads the group. Missing: the server ended before it was known. */
  pid: z.int().min(2).optional(),
  /** See identityOf. */
  identity: z.string().optional(),
});
export type LedgerEntry = z.infer<typeof entry>;

const suffix = '.json';

export class Ledger {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async note(noted: LedgerEntry): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(this.#path(noted.replicaId), JSON.stringify(noted), { mode: 0o600 });
  }

  async forget(replicaId: string): Promise<void> {
    await rm(this.#path(replicaId), { force: true });
  }

  /** Everything that is noted. A file that cannot be read still tells the replica's id. */
  async all(): Promise<LedgerEntry[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const ids = names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
    return await Promise.all(ids.map((replicaId) => this.#read(replicaId)));
  }

  async #read(replicaId: string): Promise<LedgerEntry> {
    try {
      return entry.parse(JSON.parse(await readFile(this.#path(replicaId), 'utf8')));
    } catch {
      return { replicaId };
    }
  }

  #path(replicaId: string): string {
    return join(this.#directory, replicaId + suffix);
  }
}
