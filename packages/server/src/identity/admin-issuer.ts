/**
 * Operators from another OpenID issuer: one of its tokens' claims says the role. The token itself is verified as any
 * other is; what is read here without a check only chooses who checks it.
 */
import { Problem, roles, type Role, type ServeConfig } from '@mooring/contract';
import type { VerifyToken } from './principal.ts';

export interface AdminIssuer {
  /** Base URL; its discovery document says where the keys are. */
  readonly issuer: string;
  readonly audience: string;
  /** Name of the claim; else, at its dots, the way to it through objects. */
  readonly claim: string;
  /** Role by value of the claim. */
  readonly roleOf: ReadonlyMap<string, Role>;
  readonly verifyToken: VerifyToken;
}

/** What the configuration says; undefined: operators come from this server's own domain only. */
export function adminIssuer(
  { adminIssuer: issuer, adminAudience, adminClaim, adminRoleMap }: ServeConfig,
  verifyToken: VerifyToken,
): AdminIssuer | undefined {
  if (issuer === undefined) return undefined;
  const roleOf = readRoleMap(adminRoleMap);
  return { issuer, audience: adminAudience, claim: adminClaim, roleOf, verifyToken };
}

/** Reads `value=role` spellings; none: the values are the roles themselves. */
function readRoleMap(spellings: readonly string[]): ReadonlyMap<string, Role> {
  if (spellings.length === 0) return new Map(roles.map((role) => [role, role]));
  return new Map(
    spellings.map((spelling) => {
      const end = spelling.lastIndexOf('=');
      const role = roles.find((one) => one === spelling.slice(end + 1));
      if (role === undefined || end < 1) throw new TypeError(`"${spelling}" is not value=role`);
      return [spelling.slice(0, end), role];
    }),
  );
}

/** What a token says of itself, unchecked; empty when it cannot be read. */
export function readPayload(token: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())) ?? {};
  } catch {
    return {};
  }
}

/** The strongest role that a verified token gives. Throws NotAllowed when it gives none. */
export function roleFrom(payload: Record<string, unknown>, { claim, roleOf }: AdminIssuer): Role {
  const given = valuesOf(payload[claim] ?? find(payload, claim.split('.'))).flatMap(
    (value) => roleOf.get(value) ?? [],
  );
  const role = roles.findLast((one) => given.includes(one));
  if (role !== undefined) return role;
  throw new Problem(
    'NotAllowed',
    `The access token gives no role on this server: its claim "${claim}" holds none of ${[...roleOf.keys()].join(', ')}. Ask its operator.`,
  );
}

function find(payload: Record<string, unknown>, [first = '', ...rest]: readonly string[]): unknown {
  const value = payload[first];
  return rest.length === 0 ? value : find(asObject(value) ?? {}, rest);
}

/** Issuers write several values as an array, or in one string with spaces between; a single one may hold spaces. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return [claim, ...claim.split(' ')];
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
