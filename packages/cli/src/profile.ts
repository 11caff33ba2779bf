/** Finds and reads the profile: the one file through which the command line knows its server. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { profile as profileShape, type Profile } from '@mooring/contract';
import { Refusal } from './refusal.ts';

/** Where a server leaves its profile, relative to the directory it was started in. */
const usualPlace = join('.mooring', 'cli.json');

export interface ProfilePlace {
  /** Working directory. */
  readonly cwd: string;
  /** What `--profile` or MOORING_PROFILE names. Default: the usual place, here or in a directory above. */
  readonly named?: string | undefined;
}

/** Path of the profile, whether it can be read or not; undefined when none is named and none is found. */
export function findProfile({ cwd, named }: ProfilePlace): string | undefined {
  if (named !== undefined && named !== '') return resolve(cwd, named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, usualPlace);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

export interface LoadedProfile {
  readonly path: string;
  readonly profile: Profile;
  /** True when others on this machine may read the credential in it. */
  readonly isExposed: boolean;
}

export async function loadProfile(place: ProfilePlace): Promise<LoadedProfile> {
  const path = findProfile(place);
  if (path === undefined)
    throw new Refusal(`There is no ${usualPlace} in ${place.cwd} or above it, so no server is known here.`, {
      exit: 'unreachable',
      hint: 'Start a server with: npx mooring serve\nOr name the profile of a running one with --profile or MOORING_PROFILE.',
    });
  const { mode } = await stat(path).catch((error: unknown) => refuse(path, 'cannot be read', error));
  const text = await readFile(path, 'utf8').catch((error: unknown) => refuse(path, 'cannot be read', error));
  return { path, profile: parse(path, text), isExposed: (mode & 0o077) !== 0 };
}

function parse(path: string, text: string): Profile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return refuse(path, 'is not JSON', error);
  }
  const result = profileShape.safeParse(content);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`);
  return refuse(path, `is not a profile (${fields.join('; ')})`, result.error);
}

function refuse(path: string, what: string, cause: unknown): never {
  const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  throw new Refusal(`The profile ${path} ${what}${reason}.`, {
    exit: 'unreachable',
    hint: 'A server writes it when it starts: npx mooring serve',
    cause,
  });
}
