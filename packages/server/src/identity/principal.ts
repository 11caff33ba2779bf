/** Principal: the authenticated caller, and the ports through which credentials become one. */
import type { KeyRole } from '@mooring/contract';
import type { Revocable } from './revocations.ts';
import type { FindKey } from './verify/request-signature.ts';

export interface Principal {
  readonly kind: 'token' | 'key' | 'anonymous';
  /** `sub` of the token, the user of the API key; empty for an anonymous caller. */
  readonly subject: string;
  /** OAuth client of the token, fingerprint of the API key. */
  readonly clientId: string;
  /** Scopes separated by spaces, as the token carries them; empty for an API key. */
  readonly scope: string;
  /** Of the token; the tenancy of the API key. */
  readonly issuer: string;
  /** When the token ends, in milliseconds since the epoch. Undefined: never. */
  readonly expiresAt: number | undefined;
  /** What a revocation can be about; of a token of the embedded domain only. */
  readonly revocable?: Revocable;
}

export const anonymous: Principal = {
  kind: 'anonymous',
  subject: '',
  clientId: '',
  scope: '',
  issuer: '',
  expiresAt: undefined,
};

/** What a token must fulfil. */
export interface TokenRules {
  /** The issuer's base URL (`domainUrl`); its discovery document says where the keys are. */
  readonly issuer: string;
  /** One of these must be in `aud`. Empty: any audience. */
  readonly audiences: readonly string[];
  /** Must be among the token's scopes. Absent: none is needed. */
  readonly scope?: string;
}

/**
 * Verifies an access token.
 * Throws a Problem: NotAuthenticated (the token is bad), NotAllowed (good, but without the scope), or
 * ServiceUnavailable (the issuer's keys cannot be had). Never puts the token into an error.
 */
export type VerifyToken = (
  token: string,
  rules: TokenRules,
  options: { signal: AbortSignal },
) => Promise<Principal>;

/** Whose API key signed a request. */
export interface KeyHolder {
  readonly role: KeyRole;
  readonly tenancy: string;
  readonly user: string;
  readonly fingerprint: string;
}

/** Finds a registered API key in memory: it is asked at every signed request. */
export type FindHolder = FindKey<KeyHolder>;

/**
 * Makes the `Mooring-Assertion` of a call: a 60 s JWT with the application's OCID as audience, by which a replica
 * can prove that the caller's headers came from this server.
 */
export type Assert = (principal: Principal, applicationId: string) => string;
