/**
 * Own hosts: an application that has a host name of its own has the whole path there, byte for byte; only what lies
 * below `/.well-known/mooring` and the metadata are ours. Any other name is shared, and the path says which
 * application is meant. The Host header decides, not the name in the TLS handshake: browsers use one connection for
 * all names of a wildcard certificate (RFC 9113 section 9.1.1).
 */
import {
  labelledIds,
  ownConnectionTokenPath,
  ownTicketsPath,
  Problem,
  reservedPath,
} from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { Arrival } from './accept.ts';
import type { Names } from './names.ts';
import { notFound, route, type Route } from './route.ts';
import type { Target } from './target.ts';
import { splitTicket } from './ticket.ts';

/** How an arrival wants to be served, which on an own host no path says. */
export type Wish = Extract<Route['form'], 'invoke' | 'live'>;

/** Throws a Problem: NotAuthorizedOrNotFound, or as `route` does. */
export function routeArrival(
  { target, peer }: Arrival,
  form: Wish,
  { directory, names }: { readonly directory: Directory; readonly names: Names },
): Route {
  const label = names.labelOf(peer.host);
  return label === undefined ? route(target, directory) : routeOwnHost(target, { label, form }, directory);
}

const renewal = new RegExp(`^${ownConnectionTokenPath('([^/]+)')}$`);

/** Throws a Problem: NotAuthorizedOrNotFound, or InvalidParameter for several tickets. */
export function routeOwnHost(
  { path, query: given }: Target,
  { label, form }: { readonly label: string; readonly form: Wish },
  directory: Directory,
): Route {
  const [endpoint] = labelledIds(label).flatMap((id) => directory.get(id) ?? []);
  if (endpoint === undefined) throw unknownHost();
  const common = { endpoint, prefix: '' };
  const root = { path: '/', pathname: '/' };
  if (path === ownTicketsPath) return { ...common, ...root, form: 'tickets' };
  const [, connectionId] = renewal.exec(path) ?? [];
  if (connectionId !== undefined) return { ...common, ...root, form: 'token', connectionId };
  if (`${path}/`.startsWith(`${reservedPath}/`)) throw notFound();
  const { ticket, query } = splitTicket(given);
  return { ...common, form, path: path + query, pathname: path, ticket };
}

function unknownHost(): Problem {
  return new Problem(
    'NotAuthorizedOrNotFound',
    'No application has this host name. `mooring url <app>` prints the right URL.',
  );
}
