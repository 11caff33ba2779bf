/**
 * Authenticate, the third stage: who is calling, and may they. A token comes in the Authorization header or,
 * from a browser, as a subprotocol pair; callers of an IAM application sign their requests instead; a ticket in
 * the query stands for whoever got it. Refusals carry
 * the challenge of RFC 6750 and RFC 9728.
 */
import { invokePath, livePath, paths, Problem } from '@mooring/contract';
import type { Endpoint } from '../directory/endpoint.ts';
import { anonymous, type Principal, type TokenRules, type VerifyToken } from '../identity/principal.ts';
import { redeemTicket, type Tickets } from '../identity/tickets.ts';
import type { Arrival } from './accept.ts';
import type { Names } from './names.ts';
import { refuseForeignOrigin } from './origin.ts';
import type { Route } from './route.ts';
import { authenticateSignature, type SignatureOptions } from './signature.ts';
import { offeredToken } from './subprotocol.ts';

export interface Call {
  readonly arrival: Arrival;
  readonly route: Route;
  readonly principal: Principal;
  /** Base64 SHA-256 that the body must have. Undefined: nobody signed one. */
  readonly bodyHash?: string | undefined;
  /** Of the connection that a ticket was made for. */
  readonly connectionId?: string;
}

export interface AuthenticateOptions extends SignatureOptions {
  readonly verifyToken: VerifyToken;
  readonly names: Names;
  readonly tickets: Tickets;
}

/** Throws a Problem: NotAuthenticated, NotAllowed (scope, origin) or ServiceUnavailable (the issuer's keys are not to be had). */
export async function authenticate(
  arrival: Arrival,
  route: Route,
  options: AuthenticateOptions,
): Promise<Call> {
  refuseForeignOrigin(arrival.request, route.endpoint, options.names);
  const { auth, applicationId } = route.endpoint;
  if (route.ticket !== undefined) {
    const { caller, connectionId } = await redeemTicket(route.ticket, { applicationId, ...options });
    return { arrival, route, principal: caller, connectionId };
  }
  if (auth.kind === 'none') return { arrival, route, principal: anonymous };
  if (auth.kind === 'signature')
    return { arrival, route, ...(await authenticateSignature(arrival, options)) };
  const challenge = (): string => {
    const base = options.names.baseFor(arrival.peer);
    const metadata = `${base}${paths.resourceMetadata}${metadataPath(route)}`;
    return `Bearer resource_metadata="${metadata}", scope="${joinedScope(auth)}"`;
  };
  const token = bearerToken(arrival.request.headers.authorization) ?? offeredToken(arrival.request);
  if (token === undefined) {
    throw new Problem(
      'NotAuthenticated',
      'A bearer token is needed. Send it as "Authorization: Bearer <token>".',
      { challenge: challenge() },
    );
  }
  try {
    const rules = rulesOf(route, auth, options.names);
    return { arrival, route, principal: await options.verifyToken(token, rules, { signal: arrival.signal }) };
  } catch (error) {
    throw withChallenge(error, challenge());
  }
}

/** What a client asks the issuer for: audience and scope, joined with nothing between (OCI reference, section 4.1). */
export function joinedScope(auth: Extract<Endpoint['auth'], { kind: 'oauth' }>): string {
  return `${auth.audience ?? ''}${auth.scope}`;
}

/** Of each application the rules for the path that was asked for last. */
const rulesFor = new WeakMap<
  Endpoint,
  { readonly path: string; readonly names: Names; readonly rules: TokenRules }
>();

function rulesOf(route: Route, auth: Extract<Endpoint['auth'], { kind: 'oauth' }>, names: Names): TokenRules {
  const { pathname: path } = route;
  const last = rulesFor.get(route.endpoint);
  if (last !== undefined && last.path === path && last.names === names) return last.rules;
  const { applicationId } = route.endpoint;
  const rules = {
    issuer: auth.issuer,
    audiences: audiencesOf(applicationId, { auth, path, names }),
    scope: auth.scope,
  };
  rulesFor.set(route.endpoint, { path, names, rules });
  return rules;
}

/** A token may name the configured audience, or the endpoint's own URL (RFC 8707). */
function audiencesOf(
  applicationId: string,
  { auth, path, names }: { auth: Extract<Endpoint['auth'], { kind: 'oauth' }>; path: string; names: Names },
): string[] {
  const bases = [invokePath(applicationId), livePath(applicationId)];
  const urls = [...names.origins].flatMap((origin) =>
    bases.flatMap((base) => [`${origin}${base}`, `${origin}${base}${path}`]),
  );
  const own = names.originsOf(applicationId).flatMap((origin) => [origin, `${origin}/`, `${origin}${path}`]);
  return [...(auth.audience === undefined ? [] : [auth.audience]), ...urls, ...own];
}

/** As it may stand in a quoted string (RFC 9110 section 5.6.4): a quote in the path must not end it. */
function metadataPath(route: Route): string {
  const path = route.pathname.replaceAll('"', '%22');
  return path === '/' ? route.prefix : route.prefix + path;
}

function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1] ?? '';
}

function withChallenge(error: unknown, challenge: string): unknown {
  if (!(error instanceof Problem)) return error;
  if (error.code !== 'NotAuthenticated' && error.code !== 'NotAllowed') return error;
  const kind = error.code === 'NotAllowed' ? 'insufficient_scope' : 'invalid_token';
  return new Problem(error.code, error.message, {
    cause: error.cause,
    challenge: `${challenge}, error="${kind}", error_description="${error.message.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")}"`,
  });
}
