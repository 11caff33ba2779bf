/**
 * What an access token says, and whether that is enough for an application: expiry, issuer, audience, scope
 * (RFC 9068; `scp` and scopes as an array as other issuers write them). The signature is checked elsewhere.
 */
import { Problem } from '@mooring/contract';
import { z } from 'zod';
import type { Principal, TokenRules } from '../principal.ts';
import { grantClaim } from '../revocations.ts';
import { issuerName } from './discover.ts';
import { parseJson } from './json.ts';

/** The claims that matter. Times in milliseconds since the epoch. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  readonly notBefore: number;
  readonly issuedAt: number | undefined;
  /** Of the embedded domain: on which consent it rests. */
  readonly grant: string | undefined;
}

/** The largest time that a Date can hold, in seconds. */
const maxSeconds = 8.64e12;
const seconds = z.number().min(0).max(maxSeconds);
const words = z.union([z.string(), z.array(z.string())]);

const payload = z.looseObject({
  iss: z.string(),
  exp: seconds,
  nbf: seconds.optional(),
  sub: z.string().optional(),
  aud: words.optional(),
  scope: words.optional(),
  scp: words.optional(),
  client_id: z.string().optional(),
  azp: z.string().optional(),
  iat: seconds.optional(),
  [grantClaim]: z.string().optional(),
});

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const split = (value: string | string[] | undefined): string[] =>
  list(value).flatMap((text) => text.split(' ').filter(Boolean));

/** Reads the payload of a token. Throws a Problem NotAuthenticated when it is not that of an access token. */
export function readClaims(bytes: Uint8Array): Claims {
  const parsed = payload.safeParse(parseJson(bytes));
  if (!parsed.success)
    throw refused(
      'The access token lacks a claim, or has one of the wrong kind (iss, exp, nbf, aud, scope).',
    );
  const { iss, exp, nbf, sub, aud, scope, scp, client_id: clientId, azp, iat } = parsed.data;
  return {
    issuer: iss,
    subject: sub ?? clientId ?? '',
    clientId: clientId ?? azp ?? '',
    audiences: list(aud),
    scopes: split(scope ?? scp),
    expiresAt: exp * 1000,
    notBefore: (nbf ?? 0) * 1000,
    issuedAt: iat === undefined ? undefined : iat * 1000,
    grant: parsed.data[grantClaim],
  };
}

export interface Circumstances {
  /** Values of `iss` that go with the key that signed, without a trailing slash. */
  readonly issuers: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds by which clocks may differ. */
  readonly tolerance: number;
}

/** Throws a Problem NotAuthenticated or NotAllowed when the rules are not met. */
export function checkClaims(claims: Claims, rules: TokenRules, circumstances: Circumstances): void {
  const { issuers, now, tolerance } = circumstances;
  if (now >= claims.expiresAt + tolerance) throw refused('The access token has expired. Get a new one.');
  if (now < claims.notBefore - tolerance) throw refused('The access token is not valid yet. Use it later.');
  if (!issuers.includes(issuerName(claims.issuer)))
    throw refused(
      'The access token was issued by another issuer than the one that this application accepts.',
    );
  if (rules.audiences.length > 0 && !rules.audiences.some((audience) => claims.audiences.includes(audience)))
    throw refused('The access token is for another audience. Ask for one with the scope in the challenge.');
  if (rules.scope !== undefined && !claims.scopes.includes(rules.scope))
    throw new Problem(
      'NotAllowed',
      `The access token lacks the scope "${rules.scope}". Ask for one that has it.`,
    );
}

/** The caller whom the claims describe. */
export function callerOf({ subject, clientId, issuer, expiresAt, scopes }: Claims): Principal {
  const scope = scopes.join(' ');
  return { kind: 'token', subject, clientId, scope, issuer, expiresAt };
}

/** A bad token. */
export const refused = (message: string, cause?: unknown): Problem =>
  new Problem('NotAuthenticated', message, { cause });
