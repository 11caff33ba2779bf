/** A new version of an application: its first deployment, or one more artifact that is made the active one. */
import {
  maxArtifacts,
  type CreateArtifactDetails,
  type HostedApplication,
  type HostedDeployment,
} from '@mooring/contract';
import type { Progress } from '../output/progress.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { DeployRequest } from './deploy.ts';
import { follow } from './follow.ts';

export interface NewVersion {
  readonly application: HostedApplication;
  readonly request: DeployRequest;
  readonly progress: Progress;
}

export interface StartedVersion {
  readonly deploymentId: string;
  /** What to follow until it serves. */
  readonly workRequestId: string | undefined;
}

export async function startVersion(session: Session, version: NewVersion): Promise<StartedVersion> {
  const { management, signal } = session;
  const { application, request, progress } = version;
  const { artifact } = request;
  progress.step(`Starting ${application.displayName}`);
  const current = await currentDeployment(session, application);
  if (current) return activate(session, { current, artifact, progress });
  const { compartmentId } = application;
  const { deployment, workRequestId } = await management.deployments.create(
    { activeArtifact: artifact, hostedApplicationId: application.id, compartmentId },
    { signal },
  );
  return { deploymentId: deployment.id, workRequestId };
}

async function currentDeployment(
  session: Session,
  { id }: HostedApplication,
): Promise<HostedDeployment | undefined> {
  const { management, signal } = session;
  const { deployment } = await management.status.application(id, { signal });
  if (!deployment || deployment.lifecycleState === 'DELETING') return undefined;
  return management.deployments.get(deployment.id, { signal });
}

interface Activation {
  readonly current: HostedDeployment;
  readonly artifact: CreateArtifactDetails;
  readonly progress: Progress;
}

async function activate(session: Session, activation: Activation): Promise<StartedVersion> {
  const { management, signal } = session;
  const { current, artifact, progress } = activation;
  await makeRoom(session, activation);
  const added = await management.deployments.addArtifact(current.id, artifact, { signal });
  await follow(session, { workRequestId: added.workRequestId, progress, doing: 'Adding the version' });
  const { id } = added.artifact;
  const update = await management.deployments.update(current.id, { activeArtifact: { id } }, { signal });
  return { deploymentId: current.id, workRequestId: update.workRequestId };
}

/** Removes the oldest inactive artifact when there may be no more of them. */
async function makeRoom(session: Session, { current, progress }: Activation): Promise<void> {
  if (current.artifacts.length < maxArtifacts) return;
  const inactive = current.artifacts.filter(
    ({ id, status }) => status !== 'ACTIVE' && id !== current.activeArtifact.id,
  );
  const oldest = inactive.sort(byAge)[0];
  if (!oldest)
    throw new Refusal(`The deployment holds ${maxArtifacts} versions and all are in use.`, {
      exit: 'conflict',
    });
  const doing = `Removing version ${oldest.id}, the oldest of ${maxArtifacts}`;
  progress.step(doing);
  const { management, signal } = session;
  const { workRequestId } = await management.deployments.deleteArtifact(current.id, oldest.id, { signal });
  await follow(session, { workRequestId, progress, doing });
}

type Aged = Pick<HostedDeployment['activeArtifact'], 'id' | 'timeCreated'>;

const byAge = (one: Aged, other: Aged): number =>
  one.timeCreated.localeCompare(other.timeCreated) || Number(one.id) - Number(other.id);
