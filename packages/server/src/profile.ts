/**
 * What the data directory tells its owner, in files that nobody else may read. `cli.json`, through which the CLI
 * knows this server, is written at every start (ports may have changed); the credential in it is made once, and anew
 * when the file is lost or broken. `admin.json` holds the password with which a person signs in at the identity
 * domain; it is made once, and anew when the file is gone.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { profile as profileSchema, type Profile } from '@mooring/contract';
import type { IdentityDomain } from './identity/provider/open.ts';
import { replaceFile } from './kit/write-file.ts';

/** Writes the profile and returns it. Throws an Error when the file cannot be written. */
export async function writeProfile(
  path: string,
  domain: IdentityDomain,
  place: Omit<Profile, 'clientId' | 'clientSecret' | 'scope'>,
): Promise<Profile> {
  const profile = { ...place, ...(await credentialOf(path, domain)) };
  await replaceFile(path, `${JSON.stringify(profile, undefined, 2)}\n`, 0o600);
  return profile;
}

type Credential = Pick<Profile, 'clientId' | 'clientSecret' | 'scope'>;

async function credentialOf(path: string, domain: IdentityDomain): Promise<Credential> {
  const kept = await readCredential(path);
  const made = await domain.ensureManagementClient({ rotate: kept === undefined });
  const credential = made ?? kept;
  if (credential === undefined) throw new TypeError('writeProfile: a rotated credential must be returned');
  return credential;
}

async function readCredential(path: string): Promise<Credential | undefined> {
  try {
    const { clientId, clientSecret, scope } = profileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return { clientId, clientSecret, scope };
  } catch {
    return undefined;
  }
}

/** Writes the password of the user `admin` when there is none yet, or its file is gone. */
export async function writeAdminUser(path: string, domain: IdentityDomain): Promise<void> {
  const made = await domain.ensureAdminUser({ rotate: !existsSync(path) });
  if (made !== undefined) await replaceFile(path, `${JSON.stringify(made, undefined, 2)}\n`, 0o600);
}
