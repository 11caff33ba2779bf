/**
 * Route, the second stage: which application the path means, and what is left of the path for it.
 * An application that does not exist is the same 404 to everybody (OCI reference, sections 2.4 and 3.1).
 */
import { endpointPath, invokePath, livePath, Problem, paths } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { Endpoint } from '../directory/endpoint.ts';
import type { Target } from './target.ts';
import { splitTicket } from './ticket.ts';

/** `tickets` and `token`: what a caller does beside invoking. */
export type Form = 'invoke' | 'live' | 'tickets' | 'token';

export interface Route {
  readonly endpoint: Endpoint;
  readonly form: Form;
  /** What the replica is asked for: starts with `/`, prefix stripped, query as it came. */
  readonly path: string;
  /** The same without its query. */
  readonly pathname: string;
  /** The prefix that was stripped, for `X-Forwarded-Prefix`. Empty: the whole host name is the application's own. */
  readonly prefix: string;
  /** The ticket that stood in the query. */
  readonly ticket?: string | undefined;
  /** The live connection that the token is for. */
  readonly connectionId?: string | undefined;
}

const live = new RegExp(`^(?:${paths.live}|${paths.liveIam})/([^/]+)(/.*)?$`);
const invoke = new RegExp(`^(?:${paths.invoke}|${paths.invokeIam})/([^/]+)/actions/invoke(/.*)?$`);

const caller = new RegExp(
  `^(?:${paths.invoke}|${paths.invokeIam})/([^/]+)/(?:tickets|connections/([^/]+)/token)$`,
);

type Prefixes = Readonly<Record<'invoke' | 'live', string>>;

const prefixes = new WeakMap<Endpoint, Prefixes>();

function prefixesOf(endpoint: Endpoint): Prefixes {
  const known = prefixes.get(endpoint);
  if (known !== undefined) return known;
  const { applicationId } = endpoint;
  const made = { invoke: invokePath(applicationId), live: livePath(applicationId) };
  prefixes.set(endpoint, made);
  return made;
}

/** Throws a Problem: NotAuthorizedOrNotFound, or InvalidParameter for a rest of the path that looks like another host. */
export function route(target: Target, directory: Directory): Route {
  const found = beside(target, directory);
  if (found) return found;
  const form = target.path.startsWith(paths.live) ? 'live' : 'invoke';
  const match = (form === 'live' ? live : invoke).exec(target.path);
  const applicationId = match?.[1];
  if (applicationId === undefined) throw notFound();
  const rest = match?.[2] ?? '/';
  if (rest.startsWith('//'))
    throw new Problem('InvalidParameter', 'The application\'s path must not start with "//".');
  const endpoint = directory.get(applicationId);
  if (endpoint === undefined) throw notFound();
  const prefix = prefixesOf(endpoint)[form];
  // An IAM application has paths of its own; under the others it does not exist, nor does another under its.
  if (!target.path.startsWith(prefix)) throw notFound();
  const { ticket, query } = splitTicket(target.query);
  return { endpoint, form, path: rest + query, pathname: rest, prefix, ticket };
}

/** What a caller does beside invoking. Undefined: the target is something else. */
function beside({ path }: Target, directory: Directory): Route | undefined {
  if (!path.endsWith('/tickets') && !path.endsWith('/token')) return undefined;
  const match = caller.exec(path);
  const endpoint = directory.get(match?.[1] ?? '');
  if (!match || !endpoint || !path.startsWith(endpointPath(endpoint.applicationId))) return undefined;
  const [, , connectionId] = match;
  const form = connectionId === undefined ? 'tickets' : 'token';
  const prefix = invokePath(endpoint.applicationId);
  return { endpoint, form, path: '/', pathname: '/', prefix, connectionId };
}

export function notFound(): Problem {
  return new Problem(
    'NotAuthorizedOrNotFound',
    'Nothing is served here. Check the application id and the path; `mooring url <app>` prints the right URL.',
  );
}
