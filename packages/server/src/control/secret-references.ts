/** Which applications name which secrets in their environment. */
import { Problem, type EnvironmentVariable } from '@mooring/contract';
import type { ApplicationRecord } from '../store/applications.ts';
import type { Resources } from '../store/store.ts';

/** Throws InvalidParameter for every variable of type VAULT that names no secret. */
export async function requireSecrets(
  tx: Resources,
  variables: readonly EnvironmentVariable[] = [],
): Promise<void> {
  const refused: string[] = [];
  for (const [index, { name, type, value }] of variables.entries())
    if (type === 'VAULT' && !(await tx.secrets.get(value)))
      refused.push(
        `environmentVariables[${index}].value of ${name} must be the OCID of a secret that is there`,
      );
  if (refused.length > 0)
    throw new Problem('InvalidParameter', `${refused.join('; ')}. GET /v1/secrets lists them.`);
}

/** Undeleted applications that start with the secret. */
export async function applicationsWith(tx: Resources, secretId: string): Promise<ApplicationRecord[]> {
  const applications = await tx.applications.list({ undeleted: true });
  return applications.filter(({ environmentVariables }) =>
    environmentVariables.some(({ type, value }) => type === 'VAULT' && value === secretId),
  );
}
