/** Environment variables of an application as the command line gives them. */
import { environmentVariable, type EnvironmentVariable } from '@mooring/contract';
import { Refusal } from '../refusal.ts';

/** One `NAME=value`. */
export function parseVariable(text: string): EnvironmentVariable {
  const at = text.indexOf('=');
  if (at < 1) throw new Refusal(`"${text}" is not of the form NAME=value.`, { exit: 'usage' });
  const candidate = { name: text.slice(0, at), type: 'PLAINTEXT', value: text.slice(at + 1) };
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
