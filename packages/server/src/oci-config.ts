/**
 * `oci/config` in the data directory, and an admin's private key beside it: with them the OCI command line and SDKs
 * manage this server at once. The key is made once, and anew when one of the two files is lost or belongs to another
 * database; a key that was deleted stays deleted. Both files have mode 0600.
 */
import { createPublicKey, generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ociKeyLabel, ociRegion, readOciProfile, withOciProfile, type OciProfile } from '@mooring/contract';
import { fingerprintOf } from './identity/verify/fingerprint.ts';
import { replaceFile } from './kit/write-file.ts';
import type { Resources } from './store/index.ts';

type KeyStore = Pick<Resources, 'apiKeys' | 'compartments'>;

/** The section that the SDKs take by themselves. */
const name = 'DEFAULT';

/** @param folder An absolute path that exists. Throws an Error when a file cannot be written. */
export async function writeOciConfig(folder: string, store: KeyStore): Promise<void> {
  const path = join(folder, 'config');
  const keyFile = join(folder, 'oci_api_key.pem');
  const text = await readText(path);
  const pem = await readText(keyFile);
  const tenancy = (await store.compartments.root()).id;
  const kept = readOciProfile(text, name);
  const isUsable = kept?.tenancy === tenancy && kept.fingerprint === fingerprintIn(pem);
  if (!isUsable) await forget(store, [kept?.fingerprint, fingerprintIn(pem)]);
  const profile = isUsable ? { ...kept, keyFile } : await makeKey(store, tenancy, keyFile);
  const wanted = withOciProfile(text, profile);
  if (wanted !== text) await replaceFile(path, wanted, 0o600);
}

async function makeKey(store: KeyStore, tenancy: string, keyFile: string): Promise<OciProfile> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const registered = await store.apiKeys.create({
    name: 'oci/config of the first start',
    role: 'admin',
    tenancy,
    fingerprint: fingerprintOf(publicKey),
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
  });
  if (!registered) throw new Error('a new key cannot be registered already');
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await replaceFile(keyFile, pem + ociKeyLabel, 0o600);
  const { user, fingerprint } = registered;
  return { name, user, fingerprint, tenancy, region: ociRegion, keyFile };
}

/** Keys of files that are lost or of no use any more. */
async function forget({ apiKeys }: KeyStore, fingerprints: readonly (string | undefined)[]): Promise<void> {
  for (const { id, fingerprint } of await apiKeys.list())
    if (fingerprints.includes(fingerprint)) await apiKeys.delete(id);
}

function fingerprintIn(pem: string): string | undefined {
  try {
    return fingerprintOf(createPublicKey(pem));
  } catch {
    return undefined;
  }
}

/** Empty when there is no such file. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Error(`${path} cannot be read`, { cause: error });
  }
}
