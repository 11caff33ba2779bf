/** What it takes to call an application: its URLs and a token for it. */
import { endpointUrl } from '@mooring/client';
import { isIamApplication, isLoopbackDomain } from '@mooring/contract';
import { Refusal } from './refusal.ts';
import type { Session } from './session.ts';

export interface EndpointChoice {
  readonly kind: 'http' | 'ws';
  /** Without TLS. Default false. */
  readonly plain?: boolean | undefined;
  readonly path?: string | undefined;
}

/**
 * The URL that others are told: on the application's own host name where the server gives it one. This program itself
 * calls by the path, which needs no name to be resolved.
 */
export function toldUrlOf(session: Session, applicationId: string, choice: EndpointChoice): string {
  const { appsDomain } = session.profile;
  const isOwn = appsDomain !== undefined && (!choice.plain || isLoopbackDomain(appsDomain));
  return build(session, applicationId, { ...choice, appsDomain: isOwn ? appsDomain : undefined });
}

/** The URL of an application's own path. */
export function urlOf(session: Session, applicationId: string, choice: EndpointChoice): string {
  return build(session, applicationId, choice);
}

interface Built extends EndpointChoice {
  readonly appsDomain?: string | undefined;
}

function build(session: Session, applicationId: string, choice: Built): string {
  const { applicationsUrl, applicationsPlainUrl } = session.profile;
  const base = choice.plain ? applicationsPlainUrl : applicationsUrl;
  if (base === undefined)
    throw new Refusal('The server of this profile has no plain listener for applications.', {
      hint: 'Leave --plain out.',
    });
  const { kind, path, appsDomain } = choice;
  try {
    return endpointUrl(base, applicationId, { kind, appsDomain, ...(path !== undefined && { path }) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(error.message, { exit: 'usage', cause: error });
  }
}

/** Refuses an application whose callers sign their requests. */
export function requireTokens(applicationId: string): void {
  if (!isIamApplication(applicationId)) return;
  throw new Refusal('This application takes no tokens: its callers sign their requests with an API key.', {
    exit: 'notAllowed',
    hint:
      'Sign with an OCI SDK, or with: oci raw-request --config-file .mooring/oci/config --http-method GET ' +
      '--target-uri "$(mooring url APP)"',
  });
}

/** A token for calling the application; undefined when it asks for none. */
export async function tokenFor(session: Session, applicationId: string): Promise<string | undefined> {
  const { management, signal } = session;
  requireTokens(applicationId);
  const { inboundAuthConfig } = await management.applications.get(applicationId, { signal });
  if (inboundAuthConfig?.inboundAuthConfigType === 'NO_AUTH_CONFIG') return undefined;
  const { accessToken } = await management.tokens.issue(applicationId, { signal });
  return accessToken;
}
