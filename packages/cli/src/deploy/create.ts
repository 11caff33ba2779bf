/** Makes an application: callers have tokens of the embedded identity domain unless it is said otherwise. */
import type {
  IdcsAuthConfig,
  EnvironmentVariable,
  HostedApplication,
  InboundAuthConfig,
  ScalingConfig,
} from '@mooring/contract';
import type { Progress } from '../output/progress.ts';
import type { Session } from '../session.ts';
import { follow } from './follow.ts';

export interface NewApplication {
  readonly name: string;
  readonly progress: Progress;
  readonly description?: string | undefined;
  readonly environment?: readonly EnvironmentVariable[];
  readonly scaling?: ScalingConfig | undefined;
  /** Default: the embedded domain, scope `invoke`, an audience made from the name. */
  readonly auth?: InboundAuthConfig | undefined;
  /** Its callers sign their requests: `auth` does not count. Default false. */
  readonly iam?: boolean | undefined;
  /** Default: the root. */
  readonly compartmentId?: string | undefined;
}

/** Returns when the application may have deployments. */
export async function createApplication(
  session: Session,
  wanted: NewApplication,
): Promise<HostedApplication> {
  const { management, profile, signal } = session;
  const { name, progress, description, environment = [], scaling } = wanted;
  const doing = `Making the application ${name}`;
  progress.step(doing);
  const details = {
    displayName: name,
    compartmentId: wanted.compartmentId ?? profile.compartmentId,
    ...(environment.length > 0 && { environmentVariables: [...environment] }),
    ...(description !== undefined && { description }),
    ...(scaling !== undefined && { scalingConfig: scaling }),
  };
  const { application, workRequestId } = wanted.iam
    ? await management.applications.createIam(details, { signal })
    : await management.applications.create(
        { ...details, inboundAuthConfig: wanted.auth ?? (await byEmbeddedDomain(session, name)) },
        { signal },
      );
  await follow(session, { workRequestId, progress, doing });
  return application;
}

const byEmbeddedDomain = async (session: Session, name: string): Promise<InboundAuthConfig> => ({
  inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
  idcsConfig: await embeddedAuth(session, name),
});

/** What a token of the embedded identity domain must fulfil for an application of that name. */
export async function embeddedAuth(session: Session, name: string): Promise<IdcsAuthConfig> {
  const { issuer } = await session.management.status.server(session);
  return { domainUrl: issuer, audience: `urn:mooring:app:${name}`, scope: 'invoke' };
}
