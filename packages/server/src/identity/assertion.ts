/**
 * Mooring-Assertion: a short-lived JWT by which a replica can prove who called it and that the call came
 * through this server. Signed with ES256; the key is in the embedded identity domain's key set.
 */
import { createPrivateKey, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { systemRandom, type Clock, type Random } from '../kit/clock.ts';
import { Lru } from '../kit/lru.ts';
import type { Assert, Principal } from './principal.ts';

export interface AsserterOptions {
  /** Private P-256 key with a `kid`. */
  readonly key: JWK;
  /** Our own issuer, the assertion's `iss`. */
  readonly issuer: string;
  readonly clock: Clock;
  /** Default: the operating system's. */
  readonly random?: Random;
}

/** Seconds for which an assertion is valid. */
export const assertionLifetime = 60;

/** `typ` of the header (RFC 8725 section 3.11): nobody can use an assertion as an access token. */
export const assertionType = 'mooring-assertion+jwt';

/** Milliseconds for which one assertion serves the same caller again. */
const reuse = 10_000;
const remembered = 1000;

/** Builds the asserter. Throws a TypeError when the key is not a private P-256 key with an id. */
export function createAsserter(options: AsserterOptions): Assert {
  const { key, issuer, clock, random = systemRandom } = options;
  if (key.kid === undefined || key.crv !== 'P-256' || key.d === undefined)
    throw new TypeError('createAsserter: key must be a private P-256 key with a kid');
  const privateKey = createPrivateKey({ key: { ...key }, format: 'jwk' });
  const header = encode({ alg: 'ES256', kid: key.kid, typ: assertionType });
  const made = new Lru<string, Made>(remembered);
  const last = new WeakMap<Principal, Made>();

  return (principal, applicationId) => {
    const now = clock.now();
    const lately = last.get(principal);
    if (lately?.applicationId === applicationId && isFresh(lately, now)) return lately.assertion;
    const caller = callerClaims(principal, applicationId);
    const id = JSON.stringify(caller);
    const earlier = made.get(id);
    if (earlier && isFresh(earlier, now)) {
      last.set(principal, earlier);
      return earlier.assertion;
    }
    const iat = Math.floor(now / 1000);
    const jti = Buffer.from(random(16)).toString('base64url');
    const input = `${header}.${encode({ iss: issuer, ...caller, iat, exp: iat + assertionLifetime, jti })}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const assertion = `${input}.${signature.toString('base64url')}`;
    const fresh = { applicationId, at: now, assertion };
    made.set(id, fresh);
    last.set(principal, fresh);
    return assertion;
  };
}

interface Made {
  readonly applicationId: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly at: number;
  readonly assertion: string;
}

const isFresh = ({ at }: Made, now: number): boolean => now >= at && now < at + reuse;

/** An anonymous caller has no `sub`. `sub_id` says whose subject it is (RFC 9493 section 3.2.3). */
function callerClaims({ subject, clientId, scope, issuer }: Principal, applicationId: string): object {
  if (subject === '') return { aud: applicationId };
  const identifier = { format: 'iss_sub', iss: issuer, sub: subject };
  return { aud: applicationId, sub: subject, sub_id: identifier, client_id: clientId, scope };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
