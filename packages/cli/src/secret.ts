/** Secrets as the command line names them: by name or by id. */
import type { Secret } from '@mooring/contract';
import { Refusal } from './refusal.ts';
import type { Session } from './session.ts';

/** Refuses a name that no secret has, or more than one. */
export async function findSecret(session: Session, named: string): Promise<Secret> {
  const all = await session.management.secrets.list(session);
  const found = all.filter(({ id, name }) => id === named || name === named);
  const [secret, second] = found;
  if (secret === undefined)
    throw new Refusal(`There is no secret "${named}".`, {
      exit: 'notFound',
      hint:
        all.length > 0
          ? `There ${all.length === 1 ? 'is' : 'are'}: ${all.map(({ name }) => name).join(', ')}`
          : 'There is none yet. Make one with: mooring secrets set NAME',
    });
  if (second === undefined) return secret;
  throw new Refusal(`${found.length} secrets are meant by "${named}".`, {
    exit: 'conflict',
    hint: `Name one by its id:\n${found.map(({ id, compartmentId }) => `  ${id}  in ${compartmentId}`).join('\n')}`,
  });
}
