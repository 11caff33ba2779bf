/** Exit codes of `mooring`: the one table, and which error means which code. */
import { RequestFailed, TimedOut, Unreachable } from '@mooring/client';
import { CommanderError } from '@commander-js/extra-typings';
import { Refusal } from './refusal.ts';

export const exits = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'failed' },
  usage: { code: 2, meaning: 'the command line is wrong' },
  unreachable: { code: 3, meaning: 'no server answers, or there is no profile' },
  notAllowed: { code: 4, meaning: 'not authenticated, or not allowed' },
  notFound: { code: 5, meaning: 'nothing there of that name or id' },
  conflict: { code: 6, meaning: 'refused in the present state' },
  timedOut: { code: 7, meaning: 'not done in time' },
  application: { code: 8, meaning: 'the application answered with an error' },
  interrupted: { code: 130, meaning: 'interrupted' },
} as const;

export type Exit = keyof typeof exits;

const byStatus: Readonly<Record<number, Exit>> = {
  400: 'usage',
  401: 'notAllowed',
  403: 'notAllowed',
  404: 'notFound',
  409: 'conflict',
  412: 'conflict',
  502: 'application',
  504: 'timedOut',
};

export function exitOf(error: unknown): Exit {
  if (error instanceof Refusal) return error.exit;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 'ok' : 'usage';
  if (error instanceof Unreachable) return 'unreachable';
  if (error instanceof TimedOut) return 'timedOut';
  if (error instanceof RequestFailed) return byStatus[error.status] ?? 'failed';
  return 'failed';
}

/** The table as the help shows it. */
export function exitHelp(): string {
  const all = Object.values(exits).map(({ code, meaning }) => `${code} ${meaning}`);
  return `Exit codes: ${all.slice(0, 5).join('; ')};\n  ${all.slice(5).join('; ')}.`;
}
