/** What a replica is started with: the artifact, and the environment that the application asks for. */
import { StartFailure, type ReplicaSpec } from '../runtime/runtime.ts';
import type { Random } from '../kit/clock.ts';
import type { Wish } from './wish.ts';

/** Makes the spec of the next replica; each has an id of its own. Throws a StartFailure. */
export type MakeSpec = () => ReplicaSpec;

export interface SpecParts {
  readonly artifactId: string;
  readonly random: Random;
  /** The settings of the moment: other than the environment, they may change between two replicas of a copy. */
  readonly settings: () => ReplicaSpec['settings'];
}

export function specFor(
  { application, deployment }: Wish,
  { artifactId, random, settings }: SpecParts,
): MakeSpec {
  const artifact = deployment?.artifacts.find(({ id }) => id === artifactId);
  const secret = application.environmentVariables.find(({ type }) => type === 'VAULT');
  return () => {
    if (!artifact)
      throw new StartFailure(`Artifact ${artifactId} is not there any more. Activate another one.`);
    if (secret) {
      throw new StartFailure(
        `The environment variable ${secret.name} is of type VAULT, and this server has no vault. Make it PLAINTEXT.`,
      );
    }
    return {
      id: `replica-${Buffer.from(random(10)).toString('hex')}`,
      applicationId: application.id,
      applicationName: application.displayName,
      artifactId,
      artifact: artifact.details,
      environment: Object.fromEntries(
        application.environmentVariables.map(({ name, value }) => [name, value]),
      ),
      settings: settings(),
    };
  };
}
