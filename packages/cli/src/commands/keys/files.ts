/** The two files that an API key leaves on the machine of its owner: a private key, and a profile that names it. */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatOciProfile, ociKeyLabel, type OciProfile } from '@mooring/contract';
import { findProfile } from '../../profile.ts';
import { Refusal } from '../../refusal.ts';
import type { Cli } from '../../terminal.ts';

export interface KeyFiles {
  readonly keyFile: string;
  readonly config: string;
}

/** Where they are when nobody says otherwise: in `oci` beside the profile of mooring. */
export function usualFiles(cli: Cli, name: string): KeyFiles {
  const named = cli.shared().profile ?? cli.env['MOORING_PROFILE'];
  const folder = join(dirname(findProfile({ cwd: cli.cwd, named }) ?? cli.cwd), 'oci');
  return { keyFile: join(folder, `${name}.pem`), config: join(folder, 'config') };
}

/** Refuses when one of them would have to be overwritten. */
export async function requireRoom({ keyFile, config }: KeyFiles, name: string): Promise<void> {
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    throw new Refusal(`"${name}" cannot be the name of a profile.`, {
      exit: 'usage',
      hint: 'Use letters, digits, ".", "_" and "-" only.',
    });
  if ((await readIfThere(keyFile)) !== undefined)
    throw new Refusal(`${keyFile} is there already.`, {
      exit: 'conflict',
      hint: 'Choose another name, or another file with --key-file.',
    });
  if ((await readIfThere(config))?.includes(`[${name}]`))
    throw new Refusal(`${config} has a profile [${name}] already.`, {
      exit: 'conflict',
      hint: 'Choose another name, or another file with --config.',
    });
}

/** For its owner only; taken back when disposed of before it is kept. */
export async function writeKey(path: string, pem: string): Promise<AsyncDisposable & { keep(): void }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, pem + ociKeyLabel, { mode: 0o600, flag: 'wx' });
  let isKept = false;
  return {
    keep: () => void (isKept = true),
    [Symbol.asyncDispose]: async () => {
      if (!isKept) await rm(path, { force: true });
    },
  };
}

export async function addProfile(config: string, profile: OciProfile): Promise<void> {
  await mkdir(dirname(config), { recursive: true, mode: 0o700 });
  const before = await readIfThere(config);
  const gap = before === undefined || before === '' ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  await appendFile(config, gap + formatOciProfile(profile), { mode: 0o600 });
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
