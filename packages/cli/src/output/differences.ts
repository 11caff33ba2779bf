/** Where two JSON values differ, for people: the smallest parts of them, each by its place. */
import { isDeepStrictEqual } from 'node:util';

export interface Difference {
  /** `lifecycleState`, `artifacts[3].status`. */
  readonly place: string;
  /** Undefined: it was not there. */
  readonly was: unknown;
  /** Undefined: it is not there any more. */
  readonly is: unknown;
}

export function differences(was: unknown, is: unknown, place = ''): Difference[] {
  if (isDeepStrictEqual(was, is)) return [];
  const before = partsOf(was);
  const after = partsOf(is);
  if (!before || !after) return [{ place, was, is }];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((part) =>
    differences(before.get(part), after.get(part), `${place}${part}`.replace(/^\./, '')),
  );
}

/** The fields of an object, or the elements of a list in which each has an id or a name; undefined: it is one whole. */
function partsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value).map(([name, part]) => [`.${name}`, part]));
  const parts = new Map(value.map((part: unknown) => [`[${labelOf(part) ?? ''}]`, part]));
  return parts.size === value.length && !parts.has('[]') ? parts : undefined;
}

function labelOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('id' in value && typeof value.id === 'string') return value.id;
  return 'name' in value && typeof value.name === 'string' ? value.name : undefined;
}
