/** The URL under which an application's own path is invoked (OCI reference, section 3.1). */
import { invokePath, livePath } from '@mooring/contract';

export interface EndpointUrlOptions {
  readonly kind: 'http' | 'ws';
  /** The application's own path and query, with or without its slash. Default: none. */
  readonly path?: string;
}

/**
 * @param baseUrl Base URL of the applications listener (`https://…` or `http://…`).
 * Throws a RangeError when the path would lead out of the application's endpoint.
 */
export function endpointUrl(baseUrl: string, applicationId: string, options: EndpointUrlOptions): string {
  const pathOf = options.kind === 'http' ? invokePath : livePath;
  const base = baseUrl.replace(/\/+$/, '');
  const scheme = options.kind === 'http' ? base : base.replace(/^http/, 'ws');
  const root = `${scheme}${pathOf(applicationId)}`;
  const tail = options.path ?? '';
  const url = tail === '' || /^[/?]/.test(tail) ? `${root}${tail}` : `${root}/${tail}`;
  if (url.includes('#') || !staysBelow(url, root))
    throw new RangeError(`"${tail}" is no path within an application: it may not hold ".." or "#"`);
  return url;
}

function staysBelow(url: string, root: string): boolean {
  const { pathname } = new URL(url);
  const start = new URL(root).pathname;
  return pathname === start || pathname.startsWith(`${start}/`);
}
