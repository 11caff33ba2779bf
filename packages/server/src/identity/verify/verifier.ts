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
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { Clock } from '../../kit/clock.ts';
import { Lru } from '../../kit/lru.ts';
import type { Log } from '../../observe/log.ts';
import type { TokenRules, VerifyToken } from '../principal.ts';
import { admitClaims, readClaims, refused, type Claims } from './claims.ts';
import { discover, issuerName } from './discover.ts';
import { IssuerKeys, keyTimes, type Keys, type KeyTimes } from './keys.ts';
import { readHeader, verifySignature } from './signature.ts';

/** The embedded identity domain, as the verifier knows it. */
export interface OwnIssuer {
  /** Every name that tokens of this server may carry as `iss`: the current one and former ones. */
  issuers(): readonly string[];
  /** Its public keys; the same object as long as they are the same. */
  jwks(): JSONWebKeySet;
}

export interface VerifierOptions {
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

interface KeySource {
  current(options: { signal: AbortSignal }): Promise<Keys>;
  renewed(options: { signal: AbortSignal }): Promise<Keys>;
}

interface Verified {
  readonly keys: Keys;
  readonly claims: Claims;
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
    const known = foreign.get(rules.issuer) ?? foreignSource(rules.issuer, options);
    foreign.set(rules.issuer, known);
    return known;
  };

  return async (token, rules, { signal }) => {
    const header = readHeader(token, { maxBytes });
    const source = sourceOf(rules);
    const keys = await source.current({ signal });
    const id = `${hash('sha256', token, 'base64url')} ${rules.issuer}`;
    const remembered = verified.get(id);
    const fresh =
      remembered?.keys === keys ? remembered : await verify({ token, header, keys, source, signal });
    const principal = admitClaims(fresh.claims, rules, {
      issuers: fresh.keys.names,
      now: clock.now(),
      tolerance: source === ownKeys ? 0 : clockTolerance * 1000,
    });
    if (fresh !== remembered) verified.set(id, fresh);
    return principal;
  };
}

const isOwn = (own: OwnIssuer, rules: TokenRules): boolean =>
  own.issuers().some((name) => issuerName(name) === issuerName(rules.issuer));

interface Attempt {
  readonly token: string;
  readonly header: Parameters<typeof verifySignature>[1];
  readonly keys: Keys;
  readonly source: KeySource;
  readonly signal: AbortSignal;
}

/** Checks the signature; when its key is unknown, once more with keys fetched anew. */
async function verify({ token, header, keys, source, signal }: Attempt): Promise<Verified> {
  const payload = await verifySignature(token, header, keys);
  if (payload) return { keys, claims: readClaims(payload) };
  const renewed = await source.renewed({ signal });
  const second = renewed === keys ? undefined : await verifySignature(token, header, renewed);
  if (!second) throw refused('The access token is signed by a key that its issuer does not publish.');
  return { keys: renewed, claims: readClaims(second) };
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
  const current = async (): Promise<Keys> => {
    if (!keys || jwks !== own.jwks()) {
      jwks = own.jwks();
      keys = { names: own.issuers().map(issuerName), find: createLocalJWKSet(jwks) };
    }
    return keys;
  };
  return { current, renewed: current };
}
