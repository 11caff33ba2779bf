/** The state of a resource as the audit log keeps it: what people set, without secrets and values of the environment. */
import type { Resources } from '../../store/store.ts';
import { maskedValue } from '../application-view.ts';
import type { Subject } from './subject.ts';

/** Undefined: it does not exist, or is of a kind that is not kept. */
export type State = Readonly<Record<string, unknown>> | undefined;

export async function stateOf(tx: Resources, { kind, id }: Subject): Promise<State> {
  const found = await find(tx, { kind, id });
  return found && { ...found };
}

async function find(tx: Resources, { kind, id }: Subject): Promise<object | undefined> {
  if (kind === 'application') return tx.applications.get(id);
  if (kind === 'deployment') return tx.deployments.get(id);
  if (kind === 'settings') return (await tx.applications.get(id)) && (await tx.settings.get(id)).settings;
  if (kind === 'apiKey') return tx.apiKeys.get(id);
  if (kind === 'secret') return tx.secrets.get(id);
  if (kind === 'storage') return tx.storages.get(id);
  if (kind === 'compartment') return tx.compartments.get(id);
  return undefined;
}

/** Bookkeeping that says nothing about what was done; a key's fingerprint stands for the key. */
const unsaid = new Set(['version', 'revision', 'timeUpdated', 'joinedScope', 'publicKey']);

/** Fields that differ, as they were and as they are. */
export function difference(before: State, after: State): { before?: State; after?: State } {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (name) => !unsaid.has(name) && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  return { ...(before && { before: pick(before, names) }), ...(after && { after: pick(after, names) }) };
}

function pick(state: NonNullable<State>, names: readonly string[]): State {
  const fields = names.filter((name) => state[name] !== undefined);
  return Object.fromEntries(fields.map((name) => [name, masked(name, state[name])]));
}

function masked(name: string, value: unknown): unknown {
  if (name !== 'environmentVariables' || !Array.isArray(value)) return value;
  return value.map((variable: unknown) =>
    typeof variable === 'object' && variable !== null ? { ...variable, value: maskedValue } : maskedValue,
  );
}
