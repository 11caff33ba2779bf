/** Deploys an artifact: makes the application when there is none, and puts a new version into service. */
import {
  isIamApplication,
  type CreateArtifactDetails,
  type EnvironmentVariable,
  type HostedApplication,
  type HostedApplicationSummary,
} from '@mooring/contract';
import { findApplicationIfAny } from '../application.ts';
import type { Progress } from '../output/progress.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { createApplication } from './create.ts';
import { isSameEnvironment, mergeVariables } from './environment.ts';
import { follow } from './follow.ts';
import { scalingFor, type ScalingOptions } from './scaling.ts';
import { startVersion } from './version.ts';

export interface DeployRequest {
  /** Display name of the application, or the OCID of one that exists. */
  readonly name: string;
  readonly artifact: CreateArtifactDetails;
  /** How replicas are counted. Default: as it is, or as the server has it. */
  readonly scaling?: ScalingOptions;
  readonly environment: readonly EnvironmentVariable[];
  /** A new application is an IAM application. Default false. */
  readonly iam?: boolean | undefined;
  /** False: return when the server has taken it on. */
  readonly wait: boolean;
}

export interface Deployed {
  readonly applicationId: string;
  readonly displayName: string;
  readonly deploymentId: string;
  /** True when the application did not exist before. */
  readonly isNew: boolean;
  /** The work request of the start. */
  readonly workRequestId: string | undefined;
}

export async function deploy(
  session: Session,
  request: DeployRequest,
  progress: Progress,
): Promise<Deployed> {
  const known = await findApplicationIfAny(session, request.name);
  if (known && request.iam && !isIamApplication(known.id)) throw takesTokens(known);
  const application = known
    ? await withChanges(session, { id: known.id, request, progress })
    : await createApplication(session, {
        name: request.name,
        environment: request.environment,
        iam: request.iam,
        scaling: scalingFor(request.scaling ?? {}),
        progress,
      });
  const { id: applicationId, displayName } = application;
  const started = await startVersion(session, { application, request, progress });
  if (request.wait) await follow(session, { ...started, progress, doing: `Deploying ${displayName}` });
  return { applicationId, displayName, isNew: known === undefined, ...started };
}

const takesTokens = ({ displayName }: HostedApplicationSummary): Refusal =>
  new Refusal(`The application ${displayName} exists and does not take signed requests.`, {
    exit: 'conflict',
    hint: 'Whether callers sign their requests is fixed for life: leave --iam out, or choose another name.',
  });

interface Change {
  readonly id: string;
  readonly request: DeployRequest;
  readonly progress: Progress;
}

/** The application with the new variables merged into its own, and with the new scaling. */
async function withChanges(session: Session, change: Change): Promise<HostedApplication> {
  const { management, signal } = session;
  const { id, request, progress } = change;
  const application = await management.applications.get(id, { signal });
  const old = application.environmentVariables ?? [];
  const environmentVariables = mergeVariables(old, request.environment);
  const scalingConfig = scalingFor(request.scaling ?? {}, application.scalingConfig);
  const isSame = isSameEnvironment(old, environmentVariables);
  if (isSame && scalingConfig === undefined) return application;
  const what = isSame ? 'scaling' : 'environment';
  const doing = `Changing the ${what} of ${application.displayName}`;
  const changes = { ...(!isSame && { environmentVariables }), ...(scalingConfig && { scalingConfig }) };
  progress.step(doing);
  const { workRequestId } = await management.applications.update(id, changes, { signal });
  await follow(session, { workRequestId, progress, doing }).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    // It is the old version that does not start; the new one is still to come.
    progress.step(`The present version of ${application.displayName} does not start with it`);
  });
  return application;
}
