/** The URL under which an application's own path is invoked (OCI reference, section 3.1). */
import { invokePath, livePath, ownOrigin } from '@mooring/contract';

export interface EndpointUrlOptions {
  readonly kind: 'http' | 'ws';
  /** The application's own path and query, with or without its slash. Default: none. */
  readonly path?: string;
  /** Domain below which applications have host names of their own: the URL is there. Default: it is below a path. */
  readonly appsDomain?: string | undefined;
}

/**
 * @param baseUrl Base URL of the applications listener (`https://…` or `http://…`).
 * Throws a RangeError when the path would lead out of the application's endpoint.
 */
export function endpointUrl(baseUrl: string, applicationId: string, options: EndpointUrlOptions): string {
  const http = baseOf(baseUrl, applicationId, options);
  const root = options.kind === 'http' ? http : http.replace(/^http/, 'ws');
  const tail = options.path ?? '';
  const url = tail === '' || /^[/?]/.test(tail) ? `${root}${tail}` : `${root}/${tail}`;
  if (url.includes('#') || !staysBelow(url, root))
    throw new RangeError(`"${tail}" is no path within an application: it may not hold ".." or "#"`);
  return url;
}

function baseOf(baseUrl: string, applicationId: string, { kind, appsDomain }: EndpointUrlOptions): string {
  if (appsDomain !== undefined) return ownOrigin(baseUrl, applicationId, appsDomain);
  const pathOf = kind === 'http' ? invokePath : livePath;
  return baseUrl.replace(/\/+$/, '') + pathOf(applicationId);
}

function staysBelow(url: string, root: string): boolean {
  const { origin, pathname } = new URL(url);
  const start = new URL(root).pathname.replace(/\/$/, '');
  return origin === new URL(root).origin && (pathname === start || pathname.startsWith(`${start}/`));
}
