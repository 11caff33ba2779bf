/** URL paths of both listeners (OCI reference, sections 2.1, 3.1 and 4.1). */
import { isOcid } from './ocid.ts';

export const paths = {
  /** Management API, OCI-compatible. */
  management: '/20231130',
  /** Management API, what OCI lacks. */
  extension: '/v1',
  /** Embedded identity domain. */
  identity: '/identity',
  invoke: '/20251112/hostedApplications',
  invokeIam: '/20251112/hostedApplicationsIam',
  live: '/20251112/ws/hostedapplication',
  liveIam: '/20251112/ws/hostedapplicationiam',
  resourceMetadata: '/.well-known/oauth-protected-resource',
} as const;

const tail = (path: string): string => (path === '' || path.startsWith('/') ? path : `/${path}`);

/** True for the OCID of an application whose callers sign their requests (OCI reference, section 4.2). */
export const isIamApplication = (applicationId: string): boolean => isOcid(applicationId, 'applicationIam');

/** Path below which callers do what is beside invoking: `/tickets`, `/connections/{id}/token`. */
export function endpointPath(applicationId: string): string {
  return `${isIamApplication(applicationId) ? paths.invokeIam : paths.invoke}/${applicationId}`;
}

/** Path of an application's HTTP endpoint. `path` is the application's own, with or without its slash. */
export function invokePath(applicationId: string, path = ''): string {
  return `${endpointPath(applicationId)}/actions/invoke${tail(path)}`;
}

/** Path of an application's WebSocket endpoint. */
export function livePath(applicationId: string, path = ''): string {
  const root = isIamApplication(applicationId) ? paths.liveIam : paths.live;
  return `${root}/${applicationId}${tail(path)}`;
}

/** Path at which a caller gets a ticket for the application. */
export const ticketsPath = (applicationId: string): string => `${endpointPath(applicationId)}/tickets`;

/** Path at which a live connection gets a new token. */
export function connectionTokenPath(applicationId: string, connectionId: string): string {
  return `${endpointPath(applicationId)}/connections/${connectionId}/token`;
}
