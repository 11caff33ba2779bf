/**
 * How an application is protected: whether by the embedded identity domain, and then by which joined scope
 * (audience and scope with no separator; OCI reference, section 4.1). The default OAuth client belongs to it.
 */
import { Problem, roles, type InboundAuthConfig } from '@mooring/contract';
import { joinScope, managementAudience, managementScope } from '../identity/management.ts';
import type { ApplicationRecord } from '../store/applications.ts';
import type { Resources } from '../store/store.ts';
import type { ControlPorts, IdentityPort } from './ports.ts';

/** Name of the client that is made with an application: `mooring token` issues for it. */
export const defaultClientName = 'default';

/** What no application may be asked for by: management, and OpenID Connect's own scopes. */
const reserved = new Set([...roles.map(managementScope), 'openid', 'offline_access']);

/** One scope word (RFC 6749 section 3.3). */
const scopeWord = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** The joined scope; undefined when the embedded domain does not protect the application. Throws InvalidParameter, Conflict. */
export function joinedScopeOf(
  config: InboundAuthConfig | undefined,
  identity: IdentityPort,
): string | undefined {
  if (config?.inboundAuthConfigType !== 'IDCS_AUTH_CONFIG') return undefined;
  const { domainUrl, audience, scope } = config.idcsConfig;
  if (!isOwnIssuer(domainUrl, identity)) return undefined;
  const field = 'inboundAuthConfig.idcsConfig';
  if (audience === undefined)
    throw new Problem(
      'InvalidParameter',
      `${field}.audience must not be null: the embedded identity domain issues tokens for an audience. The application's name will do.`,
    );
  const joined = joinScope(audience, scope);
  if (!scopeWord.test(joined))
    throw new Problem(
      'InvalidParameter',
      `${field}.audience and ${field}.scope must hold visible ASCII characters without spaces, quotes and backslashes.`,
    );
  if (audience === managementAudience || reserved.has(joined))
    throw new Problem(
      'Conflict',
      `${field}.audience and ${field}.scope are those of this server itself. Choose others.`,
    );
  return joined;
}

/** Throws while another undeleted application has the same joined scope. */
export async function requireFreeScope(
  tx: Resources,
  joinedScope: string | undefined,
  applicationId?: string,
): Promise<void> {
  if (joinedScope === undefined) return;
  const holder = await tx.applications.withJoinedScope(joinedScope);
  if (!holder || holder.id === applicationId) return;
  if (holder.lifecycleState === 'DELETING')
    throw new Problem(
      'IncorrectState',
      `The application ${holder.id} with that scope is being deleted. Try again.`,
      {
        retryAfter: 1,
      },
    );
  throw new Problem(
    'Conflict',
    `Audience and scope together are those of the application ${holder.id}: a token for one would open the other. Choose another audience.`,
  );
}

/** The client of an application for which tokens are issued to operators; made when there is none. */
export async function defaultClient(identity: IdentityPort, { id }: ApplicationRecord): Promise<string> {
  const known = await identity.listClients({ applicationId: id });
  const found = known.find(({ name }) => name === defaultClientName);
  return (found ?? (await identity.createClient({ name: defaultClientName, applicationId: id }))).clientId;
}

/**
 * Makes the default client of an application that the embedded domain protects. It does not fail: the application
 * stands without, and whoever asks for a token next makes the client.
 */
export async function provideClient(
  { identity, log }: ControlPorts,
  application: ApplicationRecord,
): Promise<void> {
  if (application.joinedScope === undefined) return;
  try {
    await defaultClient(identity, application);
  } catch (error) {
    log.warn({ err: error, applicationId: application.id }, 'cannot make the default OAuth client yet');
  }
}

function isOwnIssuer(domainUrl: string, identity: IdentityPort): boolean {
  const meant = normalise(domainUrl);
  return identity.issuers().some((issuer) => normalise(issuer) === meant);
}

/** Case of the host, the scheme's own port and a slash at the end make no difference. */
function normalise(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '');
}

/** Throws Conflict unless the embedded domain issues the tokens of this application. */
export function requireOwnDomain({ displayName, inboundAuthConfig, joinedScope }: ApplicationRecord): void {
  if (joinedScope !== undefined) return;
  if (inboundAuthConfig === undefined)
    throw new Problem(
      'Conflict',
      `The application ${displayName} takes no tokens: its callers sign their requests with an API key.`,
    );
  if (inboundAuthConfig.inboundAuthConfigType === 'NO_AUTH_CONFIG')
    throw new Problem(
      'Conflict',
      `The application ${displayName} has no authentication (NO_AUTH_CONFIG): call it without a token.`,
    );
  throw new Problem(
    'Conflict',
    `Tokens for the application ${displayName} come from ${inboundAuthConfig.idcsConfig.domainUrl}, not from this server. Get one there.`,
  );
}
