/** What a replica is started with: the artifact, and the environment that the application asks for. */
import type { EnvironmentVariable } from '@mooring/contract';
import { StartFailure, type ReplicaSpec } from '../runtime/runtime.ts';
import type { Random } from '../kit/clock.ts';
import type { OpenSecret } from './tools.ts';
import type { Wish } from './wish.ts';

/** Makes the spec of the next replica; each has an id of its own. Throws a StartFailure. */
export type MakeSpec = () => Promise<ReplicaSpec>;

export interface SpecParts {
  readonly artifactId: string;
  readonly random: Random;
  /** The settings of the moment: other than the environment, they may change between two replicas of a copy. */
  readonly settings: () => ReplicaSpec['settings'];
  readonly openSecret: OpenSecret;
}

export function specFor(
  { application, deployment }: Wish,
  { artifactId, random, settings, openSecret }: SpecParts,
): MakeSpec {
  const artifact = deployment?.artifacts.find(({ id }) => id === artifactId);
  return async () => {
    if (!artifact)
      throw new StartFailure(`Artifact ${artifactId} is not there any more. Activate another one.`);
    const environment: Record<string, string> = {};
    for (const variable of application.environmentVariables)
      environment[variable.name] = await valueOf(variable, openSecret);
    return {
      id: `replica-${Buffer.from(random(10)).toString('hex')}`,
      applicationId: application.id,
      applicationName: application.displayName,
      artifactId,
      artifact: artifact.details,
      environment,
      settings: settings(),
    };
  };
}

/** Secrets are opened anew for every replica: each starts with the value of the moment. */
async function valueOf({ name, type, value }: EnvironmentVariable, openSecret: OpenSecret): Promise<string> {
  if (type === 'PLAINTEXT') return value;
  const opened = await openSecret(value).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartFailure(`The secret ${value} of the environment variable ${name} cannot be had: ${why}.`, {
      cause,
    });
  });
  if (opened !== undefined) return opened;
  throw new StartFailure(
    `The secret ${value} of the environment variable ${name} is not there any more. Set the variable to another one.`,
  );
}
