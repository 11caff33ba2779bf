/** The store, as the rest of the server imports it. */
export type { ApplicationRecord, NewApplication } from './application-record.ts';
export type { ArtifactRecord } from './artifacts.ts';
export type { Change, ChangeListener } from './changes.ts';
export type { DeploymentRecord } from './deployment-record.ts';
export type { NewDeployment } from './deployments.ts';
export { LeaseLost, type Fence, type LeaseRecord } from './leases.ts';
export { openStore, type StoreOptions } from './open.ts';
export type { ReplicaRecord, RunningReplica } from './replicas.ts';
export { StaleRow } from './scope.ts';
export type { Around, Resources, Store } from './store.ts';
export type { WorkRequestRecord } from './work-request-record.ts';
