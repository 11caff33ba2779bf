/**
 * Operator: whoever manages this server, from a request signature by a registered API key, or from a bearer token of
 * the embedded identity domain or the operators' own issuer. The strongest role counts.
 */
import { createHash } from 'node:crypto';
import { Problem, roles, type Role } from '@mooring/contract';
import type { Clock } from '../kit/clock.ts';
import { readPayload, roleFrom, type AdminIssuer } from './admin-issuer.ts';
import type { KnownKey } from './api-keys.ts';
import { managementAudience, managementScope } from './management.ts';
import type { VerifyToken } from './principal.ts';
import {
  badSignature,
  isRequestSignature,
  isSignedBody,
  signatureChallenge,
  verifyRequestSignature,
  type FindKey,
  type SignedRequest,
} from './verify/request-signature.ts';

export interface Operator {
  readonly role: Role;
  /** `sub` of the token, or the user of the API key. */
  readonly subject: string;
  /** OAuth client of the token; empty for a signature. */
  readonly clientId: string;
  /** The API key that signed the request. */
  readonly keyId?: string;
  /** Of the token, when the embedded domain did not make it. */
  readonly issuer?: string;
}

export interface Authenticated {
  readonly operator: Operator;
  /** Throws NotAuthenticated unless the body is the one that was signed. Absent: the body was not signed. */
  readonly checkBody?: (body: Uint8Array) => void;
}

export interface OperatorOptions {
  readonly verifyToken: VerifyToken;
  /** The embedded identity domain, and every name that its tokens carry. */
  readonly own: { readonly issuer: string; issuers(): readonly string[] };
  readonly admin?: AdminIssuer | undefined;
  readonly findKey: FindKey<KnownKey>;
  readonly clock: Clock;
}

/** Throws a Problem: NotAuthenticated with its challenge, NotAllowed, ServiceUnavailable. */
export async function authenticateOperator(
  request: SignedRequest,
  options: OperatorOptions,
  { signal }: { signal: AbortSignal },
): Promise<Authenticated> {
  const [authorization, second] = request.header('authorization');
  if (isRequestSignature(authorization)) return fromSignature(request, options);
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || second !== undefined) throw noCredential();
  try {
    return { operator: await fromToken(token, options, signal) };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'NotAuthenticated') throw error;
    throw new Problem(error.code, error.message, {
      cause: error.cause,
      challenge: `${bearerChallenge()}, error="invalid_token"`,
    });
  }
}

async function fromSignature(
  request: SignedRequest,
  { findKey, clock }: OperatorOptions,
): Promise<Authenticated> {
  try {
    const { owner, bodyHash } = await verifyRequestSignature(request, { findKey, clock });
    const operator = { role: managingRole(owner), subject: owner.user, clientId: '', keyId: owner.keyId };
    if (bodyHash === undefined) return { operator };
    return {
      operator,
      checkBody: (body) => {
        const digest = createHash('sha256').update(body).digest();
        if (!isSignedBody(digest, bodyHash)) throw noCredential(badSignature('is over another body').cause);
      },
    };
  } catch (error) {
    throw error instanceof Problem && error.code === 'NotAuthenticated' ? noCredential(error.cause) : error;
  }
}

function managingRole({ role }: KnownKey): Role {
  if (role !== 'invoke') return role;
  throw new Problem(
    'NotAllowed',
    'This API key has the role invoke: it may invoke IAM applications and nothing else. Use a key with a managing role.',
  );
}

async function fromToken(
  token: string,
  { verifyToken, own, admin }: OperatorOptions,
  signal: AbortSignal,
): Promise<Operator> {
  const payload = readPayload(token);
  if (admin === undefined || own.issuers().some((name) => name === payload['iss'])) {
    const rules = { issuer: own.issuer, audiences: [managementAudience], scope: 'read-only' };
    const { subject, clientId, scope } = await verifyToken(token, rules, { signal });
    return { role: strongest(scope), subject, clientId };
  }
  const rules = { issuer: admin.issuer, audiences: [admin.audience] };
  const { subject, clientId, issuer } = await admin.verifyToken(token, rules, { signal });
  return { role: roleFrom(payload, admin), subject, clientId, issuer };
}

/** The same for a missing credential and for every bad signature. */
function noCredential(cause?: unknown): Problem {
  return new Problem(
    'NotAuthenticated',
    'A credential is needed: an access token, or a request signature by a registered API key, made within 5 minutes over date, request target, host and body.',
    { cause, challenge: `${bearerChallenge()}, ${signatureChallenge}` },
  );
}

const bearerChallenge = (): string => `Bearer scope="${managementScope('read-only')}"`;

function strongest(scope: string): Role {
  const carried = scope.split(' ');
  return roles.findLast((role) => carried.includes(role)) ?? 'read-only';
}
