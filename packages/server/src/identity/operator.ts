/** Operator: whoever manages this server, from a bearer token of the management audience. The strongest role counts. */
import { Problem, roles, type Role } from '@mooring/contract';
import { managementAudience, managementScope } from './management.ts';
import type { VerifyToken } from './principal.ts';

export interface Operator {
  readonly role: Role;
  readonly subject: string;
  readonly clientId: string;
}

export interface OperatorOptions {
  readonly verifyToken: VerifyToken;
  /** The issuer whose tokens manage this server. */
  readonly issuer: string;
}

/** Throws a Problem: NotAuthenticated with its challenge, NotAllowed, ServiceUnavailable. */
export async function authenticateOperator(
  authorization: string | undefined,
  { verifyToken, issuer }: OperatorOptions,
  { signal }: { signal: AbortSignal },
): Promise<Operator> {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Problem(
      'NotAuthenticated',
      'A bearer token is needed. `mooring` gets one by itself; other clients ask the token endpoint of the identity domain.',
      { challenge: challenge() },
    );
  }
  try {
    const rules = { issuer, audiences: [managementAudience], scope: 'read-only' };
    const { subject, clientId, scope } = await verifyToken(token, rules, { signal });
    return { role: strongest(scope), subject, clientId };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'NotAuthenticated') throw error;
    throw new Problem(error.code, error.message, {
      cause: error.cause,
      challenge: `${challenge()}, error="invalid_token"`,
    });
  }
}

const challenge = (): string => `Bearer scope="${managementScope('read-only')}"`;

function strongest(scope: string): Role {
  const carried = scope.split(' ');
  return roles.findLast((role) => carried.includes(role)) ?? 'read-only';
}
