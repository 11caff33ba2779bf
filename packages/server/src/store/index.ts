/** The store, as the rest of the server imports it. */
export type { ApplicationRecord, NewApplication } from './applications.ts';
export type { ArtifactRecord } from './artifacts.ts';
export type { Change, ChangeListener } from './changes.ts';
export type { DeploymentRecord, NewDeployment } from './deployments.ts';
export { openStore, type StoreOptions } from './open.ts';
export type { ReplicaRecord } from './replicas.ts';
export { StaleRow } from './scope.ts';
export type { Resources, Store } from './store.ts';
export type { WorkRequestRecord } from './work-requests.ts';
