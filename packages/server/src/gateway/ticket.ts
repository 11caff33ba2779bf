/** The ticket of a call, in its query: taken out before anything goes on to the replica (docs/wire.md, tickets). */
import { Problem } from '@mooring/contract';

/** The query parameter that carries a ticket. */
const parameter = 'mooring-ticket=';

export interface SplitQuery {
  /** Undefined: none. */
  readonly ticket: string | undefined;
  /** Without it, otherwise as it came. */
  readonly query: string;
}

/** @param query empty, or starting with `?`. Throws a Problem (InvalidParameter) for several tickets. */
export function splitTicket(query: string): SplitQuery {
  if (query === '') return { ticket: undefined, query };
  const parts = query.slice(1).split('&');
  const isTicket = (part: string): boolean => part.startsWith(parameter);
  const [first, second] = parts.filter(isTicket);
  if (first === undefined) return { ticket: undefined, query };
  if (second !== undefined) throw new Problem('InvalidParameter', 'Send one ticket, not several.');
  const rest = parts.filter((part) => !isTicket(part)).join('&');
  return { ticket: first.slice(parameter.length), query: rest === '' ? '' : `?${rest}` };
}
