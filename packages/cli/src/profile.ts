/** Finds and reads the profile: the one file through which the command line knows its server. */
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loginProfile, profile as serverProfile, type LoginProfile, type Profile } from '@mooring/contract';
import { Refusal } from './refusal.ts';

/** Of a server on this machine, or of a person who signed in at one. */
export type AnyProfile = Profile | LoginProfile;

/** Where a server leaves its profile, relative to the directory it was started in. */
export const usualPlace = join('.mooring', 'cli.json');

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
  readonly profile: AnyProfile;
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
  return { path, profile: await readProfile(path), isExposed: (mode & 0o077) !== 0 };
}

/** Refuses what cannot be read, or is no profile. */
export async function readProfile(path: string): Promise<AnyProfile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => refuse(path, 'cannot be read', error));
  return parse(path, text);
}

/** Replaces the file as a whole; nobody else may read it. */
export async function writeProfile(path: string, profile: LoginProfile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  await using file = await open(draft, 'w', 0o600);
  await file.writeFile(`${JSON.stringify(profile, undefined, 2)}\n`);
  await file.sync();
  await rename(draft, path);
}

function parse(path: string, text: string): AnyProfile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return refuse(path, 'is not JSON', error);
  }
  const shape =
    typeof content === 'object' && content !== null && 'login' in content ? loginProfile : serverProfile;
  const result = shape.safeParse(content);
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
