/**
 * Ends what an earlier server left behind: the recorded process when it is still the same one, its group, and
 * every process that carries the replica's mark. Whatever cannot be proved to be ours is left alone.
 */
import type { Log } from '../../observe/log.ts';
import { markOf } from './environment.ts';
import { endGroup, strays, type Group } from './group.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { allProcesses, carries, identityOf } from './proc.ts';

export interface CollectOptions {
  readonly ledger: Ledger;
  /** Replicas of this server, which stay. */
  readonly living: { has(replicaId: string): boolean };
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly log: Log;
}

/** Returns how many replicas were still there. */
export async function collect(options: CollectOptions): Promise<number> {
  const entries = (await options.ledger.all()).filter(({ replicaId }) => !options.living.has(replicaId));
  const found = await Promise.all(entries.map((entry) => collectOne(entry, options)));
  return found.filter(Boolean).length;
}

async function collectOne(entry: LedgerEntry, options: CollectOptions): Promise<boolean> {
  const { ledger, graceMs, log } = options;
  const group = await remainsOf(entry);
  const ended = group === undefined || (await endGroup(group, { graceMs }));
  if (group)
    log.warn(
      { replicaId: entry.replicaId, pid: entry.pid, ended },
      'ended what an earlier server left behind',
    );
  if (ended) await ledger.forget(entry.replicaId);
  return group !== undefined;
}

/** Group number that no group has: only strays are looked for. */
const noGroup = 0x7fff_ffff;

async function remainsOf(entry: LedgerEntry): Promise<Group | undefined> {
  const mark = markOf(entry.replicaId);
  const { pid, identity } = entry;
  if (pid !== undefined && (await isOurs(pid, identity, mark))) return { leader: pid, mark };
  const group = { leader: noGroup, mark };
  return (await strays(group)).length > 0 ? group : undefined;
}

async function isOurs(pid: number, identity: string | undefined, mark: string): Promise<boolean> {
  const now = await identityOf(pid);
  if (now !== undefined) return now === identity;
  // The leader is gone; its number is not given away while its group lives, but may have been in between.
  const members = (await allProcesses()).filter(({ group }) => group === pid);
  const marked = await Promise.all(members.map((member) => carries(member.pid, mark)));
  return marked.includes(true);
}
