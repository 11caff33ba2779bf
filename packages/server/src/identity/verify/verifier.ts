/**
 * The token verifier: one function from a bearer token and an application's rules to a principal. Works with
 * any OpenID issuer, and without a fetch for the tokens of our own identity domain. Holds nothing but caches,
 * so every worker can have its own.
 *
 * Accepted as `iss`: for our own domain all names that this server has or had; for any other the `issuer` of
 * its discovery document (which may differ from the configured URL, as it does for OCI identity domains); for
 * a domain without such a document the configured URL, or the common issuer of OCI identity domains. A
 * trailing slash makes no difference. What really binds is the key: only those that the configured URL leads
 * to are used.
 */
import { hash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../kit/clock.ts';
import { Lru } from '../../kit/lru.ts';
import type { Log } from '../../observe/log.ts';
import type { Revocable } from '../revocations.ts';
import type { Principal, TokenRules, VerifyToken } from '../principal.ts';
import { callerOf, checkClaims, readClaims, refused, type Claims } from './claims.ts';
import { discover, issuerName } from './discover.ts';
import { createKeySet } from './key-set.ts';
import { IssuerKeys, keyTimes, type Keys, type KeyTimes } from './keys.ts';
import { isSignedBy, readToken, type SignedToken } from './signature.ts';

/** The embedded identity domain, as the verifier knows it. */
export interface OwnIssuer {
  /** Every name that tokens of this server may carry as `iss`: the current one and former ones. */
  issuers(): readonly string[];
  /** Its public keys; the same object as long as they are the same. */
  jwks(): JSONWebKeySet;
}

export interface VerifierOptions {
  /** Of our own tokens: whether they are refused although they have not expired. Default: none is. */
  readonly isRevoked?: (token: Revocable) => boolean;
  readonly own: OwnIssuer;
  readonly clock: Clock;
  /** True: issuers may have private addresses and be reached by plain http. */
  readonly allowPrivateIssuers: boolean;
  readonly log: Log;
  /** Longest token, in bytes. Default 16,384. */
  readonly maxTokenBytes?: number;
  /** Seconds by which an issuer's clock may differ, 0 to 30. Default 10. Our own tokens get none. */
  readonly clockTolerance?: number;
  /** Milliseconds in which all documents of an issuer must have arrived. Default 5,000. */
  readonly fetchTimeout?: number;
  /** Most bytes of one document of an issuer. Default 1 MiB. */
  readonly maxDocumentBytes?: number;
  /** Verified tokens that are remembered. Default 4,096. */
  readonly remembered?: number;
  /** When keys are fetched again. Default: keyTimes. */
  readonly keyTimes?: KeyTimes;
}

/** Issuers whose keys are kept at a time. */
const maxIssuers = 1000;

/** Tokens whose digests need not be made again, and the longest one of them in bytes: 1 MiB of them at most. */
const tokensAtHand = 256;
const longestAtHand = 4096;

interface KeySource {
  /** What need not be waited for. */
  readonly kept: Keys | undefined;
  current(options: { signal: AbortSignal }): Promise<Keys>;
  renewed(options: { signal: AbortSignal }): Promise<Keys>;
}

interface Verified {
  readonly keys: Keys;
  readonly claims: Claims;
  /** The same object each time: who has something ready for a caller finds it by it. */
  readonly caller: Principal;
  /** The same caller by a token of the embedded domain. */
  readonly revocable: Principal;
}

/** Builds the verifier. Throws a TypeError when an option is out of its range. */
export function createVerifier(options: VerifierOptions): VerifyToken {
  const { own, clock, maxTokenBytes: maxBytes = 16_384, clockTolerance = 10 } = options;
  if (!(clockTolerance >= 0 && clockTolerance <= 30))
    throw new TypeError('createVerifier: clockTolerance must be 0 to 30 seconds');
  const foreign = new Lru<string, KeySource>(maxIssuers);
  const verified = new Lru<string, Verified>(options.remembered ?? 4096);
  const ownKeys = ownSource(own);

  const sourceOf = (rules: TokenRules): KeySource => {
    if (isOwn(own, rules)) return ownKeys;
    const known = foreign.get(rules.issuer);
    if (known !== undefined) return known;
    const made = foreignSource(rules.issuer, options);
    foreign.set(rules.issuer, made);
    return made;
  };

  const ids = new Lru<string, { readonly issuer: string; readonly id: string }>(tokensAtHand);
  const idOf = (token: string, issuer: string): string => {
    const known = ids.get(token);
    if (known?.issuer === issuer) return known.id;
    const id = hash('sha256', token, 'base64url') + issuer;
    if (token.length <= longestAtHand) ids.set(token, { issuer, id });
    return id;
  };

  return async (token, rules, { signal }) => {
    if (token.length > maxBytes) throw refused(`The access token is longer than ${maxBytes} bytes.`);
    const source = sourceOf(rules);
    const id = idOf(token, rules.issuer);
    const remembered = verified.get(id);
    const isKnown = remembered !== undefined && remembered.keys === source.kept;
    const fresh = isKnown ? remembered : await verify(readToken(token), source, { signal });
    checkClaims(fresh.claims, rules, {
      issuers: fresh.keys.names,
      now: clock.now(),
      tolerance: source === ownKeys ? 0 : clockTolerance * 1000,
    });
    if (fresh !== remembered) verified.set(id, fresh);
    if (source !== ownKeys) return fresh.caller;
    if (options.isRevoked?.(fresh.claims))
      throw refused('The access token was revoked. Sign in again, or ask for another one.');
    return fresh.revocable;
  };
}

const isOwn = (own: OwnIssuer, rules: TokenRules): boolean =>
  own.issuers().some((name) => issuerName(name) === issuerName(rules.issuer));

/** Checks the signature; when its key is unknown, once more with keys fetched anew. */
async function verify(
  token: SignedToken,
  source: KeySource,
  { signal }: { signal: AbortSignal },
): Promise<Verified> {
  const keys = source.kept ?? (await source.current({ signal }));
  if (isSignedBy(token, keys.find)) return verifiedBy(keys, token);
  const renewed = await source.renewed({ signal });
  if (renewed === keys || !isSignedBy(token, renewed.find))
    throw refused('The access token is signed by a key that its issuer does not publish.');
  return verifiedBy(renewed, token);
}

function verifiedBy(keys: Keys, { payload }: SignedToken): Verified {
  const claims = readClaims(payload);
  const caller = callerOf(claims);
  const { subject, clientId, issuedAt, grant } = claims;
  return {
    keys,
    claims,
    caller,
    revocable: { ...caller, revocable: { subject, clientId, issuedAt, grant } },
  };
}

function foreignSource(domainUrl: string, options: VerifierOptions): KeySource {
  const {
    allowPrivateIssuers: allowPrivate,
    maxDocumentBytes: maxBytes = 1_048_576,
    fetchTimeout = 5000,
  } = options;
  const load = () =>
    discover(domainUrl, { allowPrivate, maxBytes, signal: AbortSignal.timeout(fetchTimeout) });
  const { clock, log, keyTimes: times = keyTimes } = options;
  return new IssuerKeys({ domainUrl, load, clock, log, times });
}

/** Our own keys, which are in memory. */
function ownSource(own: OwnIssuer): KeySource {
  let jwks: JSONWebKeySet | undefined;
  let keys: Keys | undefined;
  const kept = (): Keys => {
    if (keys && jwks === own.jwks()) return keys;
    jwks = own.jwks();
    keys = { names: own.issuers().map(issuerName), find: createKeySet(jwks) };
    return keys;
  };
  const current = async (): Promise<Keys> => kept();
  return {
    get kept() {
      return kept();
    },
    current,
    renewed: current,
  };
}
