/** An application as a row and as a record, and the way from one to the other. */
import type { ApplicationState, EnvironmentVariable, HostedApplication } from '@mooring/contract';
import type { InboundAuthConfig, NetworkingConfig, ScalingConfig } from '@mooring/contract';
import { toJson } from './scope.ts';
import type { ApplicationKind, ApplicationRow } from './tables.ts';

export type Tags = HostedApplication['freeformTags'];
export type DefinedTags = HostedApplication['definedTags'];
export type StorageConfig = NonNullable<HostedApplication['storageConfigs']>[number];

export interface ApplicationRecord {
  readonly id: string;
  /** Goes up with every write; etags derive from it. */
  readonly version: number;
  /** Goes up when what replicas start with (the environment) changes: replicas of an older one are replaced. */
  readonly revision: number;
  readonly displayName: string;
  readonly description: string | undefined;
  readonly compartmentId: string;
  readonly timeCreated: string;
  readonly timeUpdated: string;
  readonly lifecycleState: ApplicationState;
  readonly lifecycleDetails: string | undefined;
  /** Undefined: an IAM application, whose callers sign their requests. Its OCID is of another kind. */
  readonly inboundAuthConfig: InboundAuthConfig | undefined;
  /** Audience and scope in one string, for an application of the embedded domain: unique among undeleted ones. */
  readonly joinedScope: string | undefined;
  readonly scalingConfig: ScalingConfig;
  readonly networkingConfig: NetworkingConfig;
  readonly storageConfigs: readonly StorageConfig[];
  readonly environmentVariables: readonly EnvironmentVariable[];
  readonly freeformTags: Tags;
  readonly definedTags: DefinedTags;
}

/** What whoever creates an application says; the rest is the store's. */
export type NewApplication = Omit<
  ApplicationRecord,
  'id' | 'version' | 'revision' | 'timeCreated' | 'timeUpdated' | 'lifecycleState' | 'lifecycleDetails'
>;

export type ApplicationPatch = Partial<
  NewApplication & Pick<ApplicationRecord, 'lifecycleState' | 'lifecycleDetails'>
>;

/** The kind of its OCID. */
export const kindOf = ({ inboundAuthConfig }: Pick<NewApplication, 'inboundAuthConfig'>): ApplicationKind =>
  inboundAuthConfig === undefined ? 'applicationIam' : 'application';

/** The columns that a creation says. */
export function columnsOfNew(
  application: NewApplication,
): Omit<
  ApplicationRow,
  'id' | 'version' | 'revision' | 'timeCreated' | 'timeUpdated' | 'lifecycleState' | 'lifecycleDetails'
> {
  return {
    displayName: application.displayName,
    description: application.description ?? null,
    compartmentId: application.compartmentId,
    kind: kindOf(application),
    inboundAuthJson: toJson(application.inboundAuthConfig ?? null),
    joinedScope: application.joinedScope ?? null,
    scalingJson: toJson(application.scalingConfig),
    networkingJson: toJson(application.networkingConfig),
    storagesJson: toJson(application.storageConfigs),
    environmentJson: toJson(application.environmentVariables),
    freeformTagsJson: toJson(application.freeformTags),
    definedTagsJson: toJson(application.definedTags),
  };
}

/** The row with the patch laid over it. A field that the patch names as undefined is cleared. */
export function patched(current: ApplicationRow, patch: ApplicationPatch): ApplicationRow {
  const { lifecycleState, lifecycleDetails, ...fields } = { ...recordOf(current), ...patch };
  return {
    ...current,
    ...columnsOfNew(fields),
    lifecycleState,
    lifecycleDetails: lifecycleDetails ?? null,
  };
}

export function recordOf(row: ApplicationRow): ApplicationRecord {
  return {
    id: row.id,
    version: row.version,
    revision: row.revision,
    displayName: row.displayName,
    description: row.description ?? undefined,
    compartmentId: row.compartmentId,
    timeCreated: row.timeCreated,
    timeUpdated: row.timeUpdated,
    lifecycleState: row.lifecycleState,
    lifecycleDetails: row.lifecycleDetails ?? undefined,
    inboundAuthConfig: JSON.parse(row.inboundAuthJson) ?? undefined,
    joinedScope: row.joinedScope ?? undefined,
    scalingConfig: JSON.parse(row.scalingJson),
    networkingConfig: JSON.parse(row.networkingJson),
    storageConfigs: JSON.parse(row.storagesJson),
    environmentVariables: JSON.parse(row.environmentJson),
    freeformTags: JSON.parse(row.freeformTagsJson),
    definedTags: JSON.parse(row.definedTagsJson),
  };
}
