/**
 * The rows as the database holds them: column names are the contract's field names, timestamps are ISO 8601
 * text in UTC with milliseconds (which sort as text), `…Json` columns are JSON text.
 */
import type { ApplicationState, ArtifactState, DeploymentState, OperationType } from '@mooring/contract';
import type { ReplicaState, WorkRequestResource, WorkRequestState } from '@mooring/contract';
import type { ApiKeyTables } from './api-keys.ts';
import type { AuditTables } from './audit.ts';
import type { IdentityTables } from './identity.ts';
import type { RegistryTables } from './registries.ts';
import type { SecretTables } from './secrets.ts';
import type { StorageTables } from './storages.ts';
import type { TicketTables } from './tickets.ts';

export type ApplicationKind = 'application' | 'applicationIam';

export interface ApplicationRow {
  id: string;
  kind: ApplicationKind;
  version: number;
  revision: number;
  displayName: string;
  description: string | null;
  compartmentId: string;
  timeCreated: string;
  timeUpdated: string;
  lifecycleState: ApplicationState;
  lifecycleDetails: string | null;
  inboundAuthJson: string;
  joinedScope: string | null;
  scalingJson: string;
  networkingJson: string;
  storagesJson: string;
  environmentJson: string;
  freeformTagsJson: string;
  definedTagsJson: string;
}

export interface DeploymentRow {
  id: string;
  version: number;
  displayName: string;
  compartmentId: string;
  hostedApplicationId: string;
  timeCreated: string;
  timeUpdated: string;
  lifecycleState: DeploymentState;
  lifecycleDetails: string | null;
  wantedArtifactId: number;
  activeArtifactId: number | null;
  freeformTagsJson: string;
  definedTagsJson: string;
}

export interface ArtifactRow {
  id: number;
  hostedDeploymentId: string;
  timeCreated: string;
  status: ArtifactState;
  detailsJson: string;
}

export interface WorkRequestRow {
  id: string;
  version: number;
  compartmentId: string;
  operationType: OperationType;
  status: WorkRequestState;
  percentComplete: number;
  timeAccepted: string;
  timeStarted: string | null;
  timeFinished: string | null;
}

export interface WorkRequestResourceRow {
  workRequestId: string;
  position: number;
  entityType: WorkRequestResource['entityType'];
  actionType: WorkRequestResource['actionType'];
  identifier: string;
}

export interface WorkRequestLogRow {
  workRequestId: string;
  position: number;
  message: string;
  timestamp: string;
}

export interface WorkRequestErrorRow extends WorkRequestLogRow {
  code: string;
}

export interface SettingsRow {
  applicationId: string;
  version: number;
  valueJson: string;
}

export interface RetryTokenRow {
  key: string;
  bodyHash: string;
  resourceId: string;
  workRequestId: string | null;
  timeExpires: string;
}

export interface ReplicaRow {
  id: string;
  version: number;
  applicationId: string;
  artifactId: string;
  nodeId: string;
  nodeAddress: string | null;
  address: string | null;
  runtime: string;
  state: ReplicaState;
  serving: 'ready' | 'draining' | null;
  reason: string | null;
  pid: number | null;
  restarts: number;
  timeStarted: string;
}

export interface LeaseRow {
  name: string;
  holder: string | null;
  epoch: number;
  renewals: number;
}

export interface CompartmentRow {
  id: string;
  version: number;
  name: string;
  parentId: string | null;
  timeCreated: string;
}

export interface MetaRow {
  key: string;
  value: string;
}

/** Every table. A part that brings its own tables adds its interface to the `extends` list. */
export interface Tables
  extends
    IdentityTables,
    ApiKeyTables,
    AuditTables,
    RegistryTables,
    SecretTables,
    StorageTables,
    TicketTables {
  applications: ApplicationRow;
  deployments: DeploymentRow;
  artifacts: ArtifactRow;
  workRequests: WorkRequestRow;
  workRequestResources: WorkRequestResourceRow;
  workRequestLogs: WorkRequestLogRow;
  workRequestErrors: WorkRequestErrorRow;
  settings: SettingsRow;
  retryTokens: RetryTokenRow;
  replicas: ReplicaRow;
  leases: LeaseRow;
  compartments: CompartmentRow;
  meta: MetaRow;
}
