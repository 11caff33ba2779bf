/** The keys of the embedded identity domain: made at the first start, kept in the store. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import type { Random } from '../../kit/clock.ts';
import type { IdentityStore, KeyRecord, KeyUse } from '../store-port.ts';

export interface DomainKeys {
  /** Private RS256 key of access and ID tokens. */
  readonly token: JWK;
  /** Private ES256 key of assertions. */
  readonly assertion: JWK;
  /** Signs the cookies of the sign-in pages. */
  readonly cookie: string;
  /** Both public keys, as everybody may know them. */
  readonly published: JSONWebKeySet;
}

/** Reads the keys, after making those that there are none of. */
export async function loadKeys({ keys }: IdentityStore, random: Random): Promise<DomainKeys> {
  const known = new Set((await keys.list()).map(({ use }) => use));
  for (const use of ['token', 'assertion', 'cookie'] as const)
    if (!known.has(use)) await keys.add({ use, secret: await makeKey(use, random) });
  // Read again: another server on the same store may have been faster.
  const records = await keys.list();
  const token = readJwk(records, 'token');
  const assertion = readJwk(records, 'assertion');
  const published = { keys: [publicPart(token), publicPart(assertion)] };
  return { token, assertion, cookie: secretOf(records, 'cookie'), published };
}

async function makeKey(use: KeyUse, random: Random): Promise<string> {
  if (use === 'cookie') return Buffer.from(random(32)).toString('base64url');
  const alg = use === 'token' ? 'RS256' : 'ES256';
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return JSON.stringify({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' });
}

const readJwk = (records: readonly KeyRecord[], use: KeyUse): JWK => JSON.parse(secretOf(records, use));

function secretOf(records: readonly KeyRecord[], use: KeyUse): string {
  const record = records.find((candidate) => candidate.use === use);
  if (!record) throw new Error(`the store lost the identity domain's ${use} key`);
  return record.secret;
}

function publicPart({ kty, kid, alg, use, crv, x, y, e, n }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, kid, alg, use, crv, x, y, e, n }));
}
