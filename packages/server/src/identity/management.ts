/**
 * The management API as a protected resource of the embedded identity domain: one audience, one scope per
 * role. A token of a role carries the scopes of the weaker ones too.
 */
import { roles, type Role } from '@mooring/contract';

/** No application may have this audience. */
export const managementAudience = 'urn:mooring:management';

/** Audience and scope as a client asks for them: joined with no separator (OCI reference, section 4.1). */
export const joinScope = (audience: string | undefined, scope: string): string => (audience ?? '') + scope;

/** What a client asks the token endpoint for to manage with that role. */
export const managementScope = (role: Role): string => joinScope(managementAudience, role);

/** A role and those that it includes, weakest first. */
export const includedRoles = (role: Role): Role[] => roles.slice(0, roles.indexOf(role) + 1);
