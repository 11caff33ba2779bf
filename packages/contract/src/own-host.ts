/**
 * Own hosts: with a domain for applications (`--apps-domain`) each application has a host name of its own below it,
 * and the whole path there (docs/wire.md, host names of their own).
 */
import { ocidOf, uniqueOf } from './ocid.ts';

/** What an application is called below the domain: the unique part of its OCID, which is a DNS label. */
export const hostLabel = uniqueOf;

/** True of what `hostLabel` gives. */
export const isHostLabel = (text: string): boolean => /^[a-z2-7]{32}$/.test(text);

/** The OCIDs that a label may be of: an application's, and that of an IAM application. */
export const labelledIds = (label: string): readonly string[] => [
  ocidOf('application', label),
  ocidOf('applicationIam', label),
];

/**
 * The application's own origin.
 * @param baseUrl Base URL of the applications listener, which has the same scheme and port.
 */
export function ownOrigin(baseUrl: string, applicationId: string, appsDomain: string): string {
  const url = new URL(baseUrl);
  url.hostname = `${hostLabel(applicationId)}.${appsDomain}`;
  return url.origin;
}

/** True when browsers take every name below the domain for this machine (RFC 6761 section 6.3). */
export const isLoopbackDomain = (appsDomain: string): boolean => /(^|\.)localhost$/.test(appsDomain);

/** Below this path of an own host nothing is the application's. */
export const reservedPath = '/.well-known/mooring';

/** On an own host: where a caller gets a ticket. */
export const ownTicketsPath = `${reservedPath}/tickets`;

/** On an own host: where a live connection gets a new token. */
export const ownConnectionTokenPath = (connectionId: string): string =>
  `${reservedPath}/connections/${connectionId}/token`;
