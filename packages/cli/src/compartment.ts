/** Which compartment a name or an OCID on the command line means. */
import type { Compartment } from '@mooring/contract';
import { Refusal } from './refusal.ts';
import type { Session } from './session.ts';

/** Refuses when there is none. */
export async function findCompartment(session: Session, named: string): Promise<Compartment> {
  const known = await session.management.compartments.list(session);
  const found = known.find(({ id, name }) => id === named || name === named);
  if (found) return found;
  throw new Refusal(`There is no compartment "${named}".`, {
    exit: 'notFound',
    hint: `There ${known.length === 1 ? 'is' : 'are'}: ${known.map(({ name }) => name).join(', ')}`,
  });
}

/** Where something new goes: the compartment that is named, else the root. */
export async function compartmentIdOf(session: Session, named: string | undefined): Promise<string> {
  return named === undefined ? session.profile.compartmentId : (await findCompartment(session, named)).id;
}
