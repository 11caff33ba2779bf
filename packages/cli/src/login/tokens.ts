/**
 * Tokens of a person who signed in: kept in the profile, renewed there before they end. Commands that run at the same time
 * take turns, as a refresh token that is used twice ends the sign-in.
 */
import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { RequestFailed, refreshLogin, type Fetch, type TokenSource } from '@mooring/client';
import type { LoginProfile } from '@mooring/contract';
import { readProfile, writeProfile } from '../profile.ts';
import { Refusal } from '../refusal.ts';

export interface LoginSource {
  readonly profile: LoginProfile;
  /** Of the file that the profile was read from. */
  readonly path: string;
  readonly fetch: Fetch;
}

/** A token is replaced this long before it ends, in milliseconds. */
const margin = 30_000;

export function loginTokens({ profile, path, fetch }: LoginSource): TokenSource {
  let { login } = profile;
  return async ({ signal }) => {
    if (isGood(login)) return login.accessToken;
    await using _turn = await takeTurn(path, signal);
    const now = await readProfile(path);
    if (!('login' in now))
      throw new Refusal(`The profile ${path} is no sign-in any more.`, { exit: 'unreachable' });
    login = now.login;
    if (isGood(login)) return login.accessToken;
    login = await renew({ profile: now, path, fetch }, signal);
    return login.accessToken;
  };
}

const isGood = ({ expiresAt }: LoginProfile['login']): boolean => Date.now() < expiresAt - margin;

async function renew(
  { profile, path, fetch }: LoginSource,
  signal: AbortSignal,
): Promise<LoginProfile['login']> {
  const { managementUrl, login } = profile;
  try {
    const renewed = await refreshLogin({ managementUrl, fetch, signal }, login.refreshToken);
    await writeProfile(path, { ...profile, login: renewed });
    return renewed;
  } catch (cause) {
    if (!(cause instanceof RequestFailed) || cause.status !== 401) throw cause;
    throw new Refusal('You are not signed in any more.', {
      exit: 'notAllowed',
      hint: `Sign in again with: mooring login ${managementUrl}`,
      cause,
    });
  }
}

/** Milliseconds after which a lock was left behind by a command that died, and between two looks at it. */
const staleAfter = 30_000;
const lookEvery = 50;

/** Holds a lock beside the profile until it is disposed of. */
async function takeTurn(path: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const made = await stat(lock).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > staleAfter) await rm(lock, { force: true });
    else await pause(lookEvery, undefined, { signal });
  }
}
