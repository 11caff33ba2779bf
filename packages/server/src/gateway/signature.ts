/**
 * Signature: the caller of an IAM application, from the OCI request signature of its request (OCI reference, section
 * 4.2). Nothing else lets a caller in there. The body is checked while it is relayed (body-check.ts).
 */
import { createHash } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { FindHolder, KeyHolder, Principal } from '../identity/principal.ts';
import { badSignature, isSignedBody, verifyRequestSignature } from '../identity/verify/request-signature.ts';
import { signedRequest } from '../identity/verify/signed-request.ts';
import type { Clock } from '../kit/clock.ts';
import type { Arrival } from './accept.ts';

export interface SignatureOptions {
  readonly findKey: FindHolder;
  readonly clock: Clock;
}

export interface SignedCall {
  readonly principal: Principal;
  /** Base64 SHA-256 that the body must have. Undefined: there is no body, or an empty one that was checked. */
  readonly bodyHash: string | undefined;
}

/** Throws a Problem: NotAuthenticated, the same whatever is wrong with the signature, or NotAllowed (the key's role). */
export async function authenticateSignature(
  { request, peer }: Pick<Arrival, 'request' | 'peer'>,
  options: SignatureOptions,
): Promise<SignedCall> {
  const { owner, bodyHash } = await verifyRequestSignature(signedRequest(request, peer.host), options);
  refuseReader(owner);
  const principal = principalOf(owner);
  if (bodyHash === undefined || Number(request.headers['content-length']) > 0) return { principal, bodyHash };
  if (!isSignedBody(emptyHash, bodyHash)) throw badSignature('is over a body, and there is none');
  return { principal, bodyHash: undefined };
}

const emptyHash = createHash('sha256').digest();

function refuseReader({ role, fingerprint }: KeyHolder): void {
  if (role !== 'read-only') return;
  throw new Problem(
    'NotAllowed',
    `The API key ${fingerprint} has the role read-only. To invoke, use one with the role invoke, operator or admin.`,
  );
}

function principalOf({ tenancy, user, fingerprint }: KeyHolder): Principal {
  return {
    kind: 'key',
    subject: user,
    clientId: fingerprint,
    scope: '',
    issuer: tenancy,
    expiresAt: undefined,
  };
}
