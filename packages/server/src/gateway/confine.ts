/**
 * Confine: applications are kept apart in browsers. Where they share one origin, a document of a replica is sandboxed
 * (an origin of its own, which no other has), and its cookies go back to the application's own path only; on a host
 * name of its own, its cookies go back to that host only.
 */
import { hasLine, isNamed, lastLine } from './header-name.ts';
import type { RawHeaders } from './headers.ts';

/** What a page may still do: everything but to be of our origin, and to navigate the page around it. */
const sandbox =
  'sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads';

/** Whatever a browser may show as a document. An answer without a type could be anything. */
const document = /html|xml|svg|pdf|multipart/i;

/**
 * The header lines of a replica's answer as they may reach a browser.
 * @param prefix the path under which the application is served; empty on a host name of its own, which is an origin
 * of its own, too: there a cookie loses its domain and nothing else
 */
export function confine(headers: RawHeaders, prefix: string): RawHeaders {
  const confined = confineCookies(headers, prefix);
  if (prefix === '') return confined;
  const type = lastLine(headers, 'content-type');
  const isDocument = type === undefined || document.test(type);
  return isDocument ? [...confined, 'Content-Security-Policy', sandbox] : confined;
}

/** The same of what shows no document: a browser keeps the cookies of a handshake as well. */
export function confineCookies(headers: RawHeaders, prefix: string): RawHeaders {
  if (!hasLine(headers, 'set-cookie')) return headers;
  return headers.map((value, index) =>
    index % 2 === 1 && isNamed(headers[index - 1], 'set-cookie') ? confinedCookie(value, prefix) : value,
  );
}

/** `Set-Cookie` (RFC 6265 section 4.1) without a domain, and with a path below the prefix if there is one. */
function confinedCookie(value: string, prefix: string): string {
  const [pair = '', ...attributes] = value.split(';').map((part) => part.trim());
  if (prefix === '') return [pair, ...attributes.filter((each) => !/^domain *(=|$)/i.test(each))].join('; ');
  const path = attributes.findLast((attribute) => /^path *=/i.test(attribute))?.replace(/^path *= */i, '');
  const below = path?.startsWith('/') && path !== '/' ? path : '';
  const kept = attributes.filter((attribute) => !/^(path|domain) *(=|$)/i.test(attribute));
  return [pair, ...kept, `Path=${prefix}${below}`].join('; ');
}
