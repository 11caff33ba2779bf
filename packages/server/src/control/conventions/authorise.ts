/** Second stage: who manages, and whether the role allows the operation. Loopback grants nothing. */
import { Problem, roles, type Role } from '@mooring/contract';
import type { MiddlewareHandler } from 'hono';
import type { ControlEnv } from './context.ts';
import type { Authenticate, Operator } from '../ports.ts';

/** Milliseconds within which a credential must be checked. */
const authenticationLimit = 10_000;

export function authentication(authenticate: Authenticate): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(authenticationLimit)]);
    const { operator, checkBody } = await authenticate(c.env.arrival, { signal });
    const { subject, clientId, keyId } = operator;
    c.set('operator', operator);
    c.set('checkBody', checkBody);
    c.set('log', c.get('log').child(keyId === undefined ? { subject, clientId } : { subject, keyId }));
    await next();
  };
}

/** True when the operator has that role, or one that includes it. */
export const hasRole = (operator: Operator, role: Role): boolean =>
  roles.indexOf(operator.role) >= roles.indexOf(role);

/** The part of a route that says which role it needs, for the router and for the API's description. */
export function requires(role: Role): {
  readonly 'x-mooring-role': Role;
  readonly security: ({ bearer: string[] } | { signature: string[] })[];
  readonly middleware: MiddlewareHandler<ControlEnv>;
} {
  return {
    'x-mooring-role': role,
    security: [{ bearer: [] }, { signature: [] }],
    middleware: async (c, next) => {
      refuseBelow(c.get('operator'), role);
      await next();
    },
  };
}

/** Throws NotAllowed unless the operator has the role. `reason` says why it takes that much. */
export function refuseBelow(operator: Operator, role: Role, reason = 'This operation'): void {
  if (hasRole(operator, role)) return;
  throw new Problem(
    'NotAllowed',
    `${reason} needs the role ${role}; this credential has ${operator.role}. Use a credential with that role.`,
  );
}
