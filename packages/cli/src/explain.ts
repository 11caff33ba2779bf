/** An error in the words of the command line: what is wrong, then what to do next. */
import { RequestFailed, Unreachable } from '@mooring/client';
import { Refusal } from './refusal.ts';

export function explain(error: unknown): string {
  const hint = hintOf(error);
  return hint === undefined ? wordsOf(error) : `${wordsOf(error)}\n${hint}`;
}

function wordsOf(error: unknown): string {
  if (error instanceof Unreachable && isRefused(error)) return `No server answers at ${error.origin}.`;
  if (error instanceof RequestFailed && error.status >= 500 && error.opcRequestId !== undefined)
    return `${error.message} (opc-request-id ${error.opcRequestId})`;
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.hint;
  if (error instanceof Unreachable)
    return isUntrusted(error)
      ? 'Its certificate is not one that the profile trusts. Use the cli.json that this server wrote (MOORING_PROFILE).'
      : 'Start one with: npx mooring serve';
  if (!(error instanceof RequestFailed)) return undefined;
  if (error.status === 401)
    return 'The server does not know the credential of the profile. Use the cli.json that this server wrote (MOORING_PROFILE).';
  if (error.code === 'IncorrectState') return 'This passes. Try again in a moment.';
  return undefined;
}

const isRefused = (error: Unreachable): boolean => codesOf(error).includes('ECONNREFUSED');

const isUntrusted = (error: Unreachable): boolean =>
  codesOf(error).some((code) => /CERT|SIGNATURE|ERR_TLS|SELF_SIGNED|UNABLE_TO_/.test(code));

/** The system's codes in an error and everything behind it. */
export function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const several = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...own, ...several, ...codesOf(error.cause)];
}
