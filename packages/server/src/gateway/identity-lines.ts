/**
 * Identity lines: who calls, as the replica is told in the head of a request or handshake (docs/wire.md, what reaches
 * the replica). A caller's lines are the same for as long as the assertion is, and are put together once.
 */
import type { Principal } from '../identity/principal.ts';
import { fieldLines } from './outbound/request-head.ts';

/** Of each caller the lines that it had last. */
const kept = new WeakMap<Principal, { readonly assertion: string; readonly lines: string }>();

/** @param assertion the `Mooring-Assertion` of this call; undefined for an anonymous caller, of whom nothing is told */
export function identityLines(principal: Principal, assertion: string | undefined): string {
  if (assertion === undefined) return '';
  const last = kept.get(principal);
  if (last?.assertion === assertion) return last.lines;
  const { subject, clientId, scope, issuer } = principal;
  const lines = fieldLines([
    'Mooring-Subject',
    fieldValue(subject),
    'Mooring-Client-Id',
    fieldValue(clientId),
    'Mooring-Scope',
    fieldValue(scope),
    'Mooring-Issuer',
    fieldValue(issuer),
    'Mooring-Assertion',
    assertion,
  ]);
  kept.set(principal, { assertion, lines });
  return lines;
}

/** A claim is anybody's text; a header holds visible ASCII. The assertion carries the exact value. */
function fieldValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
