/** Resources as the management API gives them, for tests. */
import type {
  ApplicationStatus,
  Artifact,
  HostedApplication,
  HostedDeployment,
  WorkRequest,
} from '@mooring/contract';

/** An OCID of that kind, told apart by its number. */
export const testOcid = (kind: string, number: number): string =>
  `ocid1.${kind}.mooring.local.${String(number).padStart(32, 'a')}`;

export const compartmentId = testOcid('compartment', 1);
const time = '2026-01-02T03:04:05.000Z';
const tags = { freeformTags: {}, definedTags: {}, systemTags: {} };

export function testApplication(number: number, displayName: string): HostedApplication {
  return {
    id: testOcid('generativeaihostedapplication', number),
    displayName,
    compartmentId,
    timeCreated: time,
    timeUpdated: time,
    lifecycleState: 'ACTIVE',
    environmentVariables: [],
    ...tags,
  };
}

export function testArtifact(id: string, status: Artifact['status']): Artifact {
  return {
    id,
    status,
    artifactType: 'LOCAL_PROCESS_ARTIFACT',
    command: ['node', 'server.ts'],
    workingDirectory: '/app',
    timeCreated: time,
    hostedDeploymentId: testOcid('generativeaihosteddeployment', 1),
  };
}

export function testDeployment(application: HostedApplication, artifacts: Artifact[]): HostedDeployment {
  const active = artifacts.find(({ status }) => status === 'ACTIVE') ?? artifacts[0];
  if (!active) throw new TypeError('a deployment has at least one artifact');
  return {
    id: active.hostedDeploymentId,
    compartmentId,
    hostedApplicationId: application.id,
    timeCreated: time,
    timeUpdated: time,
    lifecycleState: 'ACTIVE',
    activeArtifact: active,
    artifacts,
    ...tags,
  };
}

export function testWorkRequest(status: WorkRequest['status'], percentComplete: number): WorkRequest {
  return {
    id: testOcid('generativeaiworkrequest', 1),
    compartmentId,
    operationType: 'CREATE_HOSTED_DEPLOYMENT',
    status,
    percentComplete,
    resources: [],
    timeAccepted: time,
  };
}

export function testStatus(application: HostedApplication): ApplicationStatus {
  const { id, displayName, lifecycleState } = application;
  const urls = { http: `https://localhost:8443/${id}`, ws: `wss://localhost:8443/${id}` };
  return { id, displayName, lifecycleState, replicas: [], connections: 0, urls };
}
