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
import type { Random } from './kit/clock.ts';
import { replaceFile } from './kit/write-file.ts';

export interface ProfileOptions {
  /** Other servers use the same store, each with a profile and a credential of its own. */
  readonly shared: boolean;
  readonly random: Random;
}

/** Writes the profile and returns it. Throws an Error when the file cannot be written. */
export async function writeProfile(
  path: string,
  domain: IdentityDomain,
  place: Omit<Profile, 'clientId' | 'clientSecret' | 'scope'> & ProfileOptions,
): Promise<Profile> {
  const { shared, random, ...where } = place;
  const profile = { ...where, ...(await credentialOf(path, domain, { shared, random })) };
  await replaceFile(path, `${JSON.stringify(profile, undefined, 2)}\n`, 0o600);
  return profile;
}

type Credential = Pick<Profile, 'clientId' | 'clientSecret' | 'scope'>;

/** Of the clients of servers that share a store. */
const sharedPrefix = 'mooring-cli-';

async function credentialOf(
  path: string,
  domain: IdentityDomain,
  { shared, random }: ProfileOptions,
): Promise<Credential> {
  const found = await readCredential(path);
  const kept = found?.clientId.startsWith(sharedPrefix) === shared ? found : undefined;
  const own = kept?.clientId ?? sharedPrefix + Buffer.from(random(8)).toString('hex');
  const made = await domain.ensureManagementClient({
    rotate: kept === undefined,
    ...(shared && { clientId: own }),
  });
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

/**
 * Writes the password of the user `admin` when there is none yet, or its file is gone; with a shared store the
 * server that made the user has the file.
 */
export async function writeAdminUser(
  path: string,
  domain: IdentityDomain,
  { shared }: Pick<ProfileOptions, 'shared'>,
): Promise<void> {
  const made = await domain.ensureAdminUser({ rotate: !shared && !existsSync(path) });
  if (made !== undefined) await replaceFile(path, `${JSON.stringify(made, undefined, 2)}\n`, 0o600);
}
