/**
 * The store: everything that must survive, one object per resource. A promise that resolved is on disk.
 *
 * How wishes become facts. The management API only writes the wish, in one transaction: the row as CREATING,
 * UPDATING or DELETING and a work request ACCEPTED (its first resource is the subject). `changes` then wakes the
 * reconciler, which fulfils it. At a start it finds everything unfinished by `workRequests.open()`.
 *
 *   CREATE_/UPDATE_APPLICATION_DEPLOYMENT  workRequests.begin(id) … applications.setState(appId, 'ACTIVE' | 'FAILED',
 *                                          { from: ['CREATING', 'UPDATING'], details }) + succeed / fail
 *   CREATE_/UPDATE_HOSTED_DEPLOYMENT       start deployment.wantedArtifactId; then deployments.activate(id, artifactId)
 *                                          + succeed, or deployments.reject(id, artifactId, why) + fail
 *   DELETE_HOSTED_DEPLOYMENT               stop its replicas; deployments.setState(id, 'DELETED') + succeed
 *   DELETE_APPLICATION_DEPLOYMENT          its deployment is DELETING too: stop the replicas; both 'DELETED' + succeed
 *
 * Write the state and the end of the work request in one `transaction`, and use only `tx` inside it. A verb that
 * answers undefined found another wish in the meantime (deleted, another artifact): drop the work, the work
 * request was canceled with it. Replicas started with an older `application.revision` have an old environment.
 * `setState(…, 'NEEDS_ATTENTION' | 'ACTIVE', { from, details })` says how a deployment fares later on.
 */
import type { ApiKeys } from './api-keys.ts';
import type { Applications } from './applications.ts';
import type { Audit } from './audit.ts';
import type { IdentityStore } from '../identity/store-port.ts';
import type { Change, ChangeListener } from './changes.ts';
import type { Compartments } from './compartments.ts';
import type { Deployments } from './deployments.ts';
import type { Fence, Leases } from './leases.ts';
import type { Meta } from './meta.ts';
import type { Registries } from './registries.ts';
import type { Replicas } from './replicas.ts';
import type { RetryTokens } from './retry-tokens.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Storages } from './storages.ts';
import type { Versions } from './versions.ts';
import type { StoredTickets } from './tickets.ts';
import type { WorkRequests } from './work-requests.ts';

/** One object per resource. A part that brings its own adds one line here and one in `resources.ts`. */
export interface Resources {
  readonly applications: Applications;
  readonly deployments: Deployments;
  readonly workRequests: WorkRequests;
  readonly settings: Settings;
  readonly retryTokens: RetryTokens;
  readonly replicas: Replicas;
  readonly leases: Leases;
  readonly compartments: Compartments;
  readonly meta: Meta;
  readonly identity: IdentityStore;
  readonly storages: Storages;
  readonly apiKeys: ApiKeys;
  readonly audit: Audit;
  readonly secrets: Secrets;
  readonly registries: Registries;
  readonly tickets: StoredTickets;
}

/** Runs around the work of a transaction, inside it. `noted` grows while the work goes on. */
export type Around = <T>(
  work: () => Promise<T>,
  inside: { readonly tx: Resources; readonly noted: readonly Change[] },
) => Promise<T>;

export interface Store extends Resources, AsyncDisposable {
  /** Notices of what was committed, in this process and, on PostgreSQL, on every other node. */
  readonly changes: { watch(listener: ChangeListener): Disposable };
  /** Tells of something that is not written down. */
  announce(change: Change): Promise<void>;
  /** Which rows there are, without DELETED applications, and how often each was written. */
  versions(): Promise<Versions>;
  /**
   * Runs the work in one transaction: all of it is kept, or nothing when it throws. Inside, use `tx` alone: the
   * store itself throws a TypeError there, as it would wait for the transaction's own end.
   */
  transaction<T>(work: (tx: Resources) => Promise<T>): Promise<T>;
  /**
   * The same store for whoever holds that lease: each of its writes throws LeaseLost, and leaves nothing, once
   * another node has it.
   */
  fenced(fence: Fence): Store;
  /** The same store with that around each of its transactions; a single write is a transaction, too. */
  around(wrap: Around): Store;
  /**
   * Removes what nobody can ask for any more: DELETED rows and finished work requests after 30 days, expired
   * retry tokens, entries of the audit log after 90 days. Returns how many rows.
   */
  purge(): Promise<number>;
}
