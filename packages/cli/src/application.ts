/** Which application a name or an OCID on the command line means. */
import { RequestFailed } from '@mooring/client';
import { isOcid, type HostedApplicationSummary } from '@mooring/contract';
import { Refusal } from './refusal.ts';
import type { Session } from './session.ts';

/** The application of that display name or OCID. Refuses when there is none, or several. */
export async function findApplication(session: Session, named: string): Promise<HostedApplicationSummary> {
  if (isOcid(named)) return byId(session, named);
  const found = await applicationsNamed(session, named);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined) throw await unknown(session, named);
  throw ambiguous(named, found);
}

/** The same, but undefined when no application has that display name. */
export async function findApplicationIfAny(
  session: Session,
  named: string,
): Promise<HostedApplicationSummary | undefined> {
  if (isOcid(named)) return byId(session, named);
  const found = await applicationsNamed(session, named);
  if (found.length > 1) throw ambiguous(named, found);
  return found[0];
}

/** All applications that are neither deleted nor on their way there. */
export async function livingApplications(
  session: Session,
  filter?: ApplicationFilter,
): Promise<HostedApplicationSummary[]> {
  const all = await allApplications(session, filter);
  return all.filter(({ lifecycleState }) => lifecycleState !== 'DELETED' && lifecycleState !== 'DELETING');
}

export interface ApplicationFilter {
  readonly displayName?: string;
  /** Default: all compartments. */
  readonly compartmentId?: string | undefined;
}

/** Applications of both kinds, deleted ones too, newest first. */
export async function allApplications(
  session: Session,
  { compartmentId, ...filter }: ApplicationFilter = {},
): Promise<HostedApplicationSummary[]> {
  const { management, signal } = session;
  const compartments = compartmentId
    ? [{ id: compartmentId }]
    : await management.compartments.list({ signal });
  const found: HostedApplicationSummary[] = [];
  for (const { id } of compartments)
    for (const iam of [false, true])
      found.push(...(await management.applications.list({ ...filter, compartmentId: id, iam, signal })));
  return found.sort((one, other) => other.timeCreated.localeCompare(one.timeCreated));
}

/** Those of them with that display name. */
export const applicationsNamed = async (
  session: Session,
  name: string,
): Promise<HostedApplicationSummary[]> =>
  (await livingApplications(session, { displayName: name })).filter(
    ({ displayName }) => displayName === name,
  );

async function byId(session: Session, id: string): Promise<HostedApplicationSummary> {
  try {
    const application = await session.management.applications.get(id, session);
    if (application.lifecycleState !== 'DELETED') return application;
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.status !== 404) throw error;
  }
  throw await unknown(session, id);
}

async function unknown(session: Session, named: string): Promise<Refusal> {
  const known = await livingApplications(session);
  const names = known.map(({ displayName }) => displayName).sort();
  return new Refusal(`There is no application "${named}".`, {
    exit: 'notFound',
    hint:
      names.length > 0
        ? `There ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}`
        : `There is none yet. Make one with: npx mooring deploy ${isOcid(named) ? 'NAME' : named} --command "node server.ts"`,
  });
}

function ambiguous(name: string, found: readonly HostedApplicationSummary[]): Refusal {
  const ids = found.map(({ id, timeCreated }) => `  ${id}  made ${timeCreated}`);
  return new Refusal(`${found.length} applications are called "${name}". Name one by its id:`, {
    exit: 'conflict',
    hint: ids.join('\n'),
  });
}
