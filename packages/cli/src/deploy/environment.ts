/** Environment variables of an application as the command line gives them. */
import { environmentVariable, type EnvironmentVariable } from '@mooring/contract';
import { Refusal } from '../refusal.ts';
import { findSecret } from '../secret.ts';
import type { Session } from '../session.ts';

export interface EnvironmentOptions {
  /** Each `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  /** Each `NAME=secret`, the secret by name or id: replicas start with its value. */
  readonly secret?: readonly string[] | undefined;
}

/** The variables that the options give. Refuses when one is malformed, or names a secret that is not there. */
export async function variablesOf(
  session: Session,
  { env = [], secret = [] }: EnvironmentOptions,
): Promise<EnvironmentVariable[]> {
  const plain = env.map((text) => parseVariable(text));
  const named = secret.map((text) => parseVariable(text, 'VAULT'));
  for (const variable of named) variable.value = (await findSecret(session, variable.value)).id;
  return [...plain, ...named];
}

/** One `NAME=value`, or `NAME=secret`. */
export function parseVariable(
  text: string,
  type: EnvironmentVariable['type'] = 'PLAINTEXT',
): EnvironmentVariable {
  const at = text.indexOf('=');
  const form = type === 'VAULT' ? 'NAME=secret' : 'NAME=value';
  if (at < 1) throw new Refusal(`"${text}" is not of the form ${form}.`, { exit: 'usage' });
  const candidate = { name: text.slice(0, at), type, value: text.slice(at + 1) };
  const result = environmentVariable.safeParse(candidate);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ message }) => message).join('; ');
  throw new Refusal(`The environment variable ${candidate.name} ${reasons}.`, { exit: 'usage' });
}

/** The old variables with the new ones put over them, in their order. */
export function mergeVariables(
  old: readonly EnvironmentVariable[],
  changes: readonly EnvironmentVariable[],
): EnvironmentVariable[] {
  const merged = new Map(old.map((variable) => [variable.name, variable]));
  for (const variable of changes) merged.set(variable.name, variable);
  return [...merged.values()];
}

/** True when both hold the same names, kinds and values, in whatever order. */
export function isSameEnvironment(
  one: readonly EnvironmentVariable[],
  other: readonly EnvironmentVariable[],
): boolean {
  const known = new Map(other.map((variable) => [variable.name, variable]));
  return (
    one.length === other.length &&
    one.every(({ name, type, value }) => {
      const match = known.get(name);
      return match !== undefined && match.type === type && match.value === value;
    })
  );
}
