/** Every problem of a request in one sentence, each with the name of its field. */
import { Problem } from '@mooring/contract';
import type { z } from '@hono/zod-openapi';

type Issue = z.core.$ZodIssue;

/** The refusal for a request that does not fit its schema. `value` is what came. */
export function invalid(error: z.core.$ZodError, value: unknown): Problem {
  const phrases = error.issues.flatMap((issue) => phrasesOf(issue, value, []));
  return new Problem('InvalidParameter', `${[...new Set(phrases)].join('; ')}.`, { cause: error });
}

/** Fields of the service that are not taken here, with what to do instead. */
const fixed: Readonly<Record<string, string>> = {
  compartmentId: 'is changed by actions/changeCompartment only',
  networkingConfig: 'cannot be changed after the creation',
  storageConfigs: 'cannot be changed after the creation',
  hostedApplicationId: 'cannot be changed after the creation',
  publicAccessPathPatterns:
    'is not supported: every path of an application is protected alike. Leave it out, and serve what is public from an application of its own with NO_AUTH_CONFIG',
  applicationEndpoint:
    'cannot be set: applications are reached by the URLs in GET /v1/applications/{id}/status',
};

function phrasesOf(issue: Issue, value: unknown, base: readonly PropertyKey[]): string[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return nearest(issue.errors).flatMap((inner) => phrasesOf(inner, value, path));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${nameOf([...path, key])} ${fixed[key] ?? 'is not a known field'}`);
  return [`${nameOf(path)} ${messageOf(issue, valueAt(value, path))}`];
}

/** The problems with the alternative that was most likely meant: the one with the fewest, the later of two equal ones. */
function nearest(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  return alternatives.reduce((best, next) => (next.length <= best.length ? next : best));
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined || value === null) return 'must not be null';
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return `must be one of ${issue.options.join(', ')}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.message.startsWith('must ') || issue.message.startsWith('is ')
    ? issue.message
    : `is wrong: ${issue.message}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/** `scalingConfig.minReplica`, `environmentVariables[0].name`; the whole is "the body". */
function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the body';
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
