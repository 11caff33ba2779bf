/** A session: the server of the profile, ready to be asked. */
import { clientCredentials, ManagementClient } from '@mooring/client';
import { loginTokens } from './login/tokens.ts';
import { printWarning } from './output/print.ts';
import { loadProfile, type AnyProfile } from './profile.ts';
import type { Cli } from './terminal.ts';
import { trustedFetch, type TrustedFetch } from './trusted-fetch.ts';

export interface Session extends Disposable {
  readonly profile: AnyProfile;
  readonly management: ManagementClient;
  /** Trusts the certificate authority of the profile. */
  readonly fetch: TrustedFetch;
  readonly signal: AbortSignal;
}

/** Reads the profile that the command line names. Nothing is sent yet. */
export async function openSession(cli: Cli): Promise<Session> {
  const named = cli.shared().profile ?? cli.env['MOORING_PROFILE'];
  const { profile, path, isExposed } = await loadProfile({ cwd: cli.cwd, named });
  if (isExposed)
    printWarning(cli, `Others may read ${path}, which holds a credential. Run: chmod 600 ${path}`);
  return sessionOf(profile, cli.signal, path);
}

/** @param path where the profile is kept; a sign-in is renewed there */
export function sessionOf(profile: AnyProfile, signal: AbortSignal, path = ''): Session {
  const fetch = trustedFetch(profile.ca);
  const token =
    'login' in profile ? loginTokens({ profile, path, fetch }) : clientCredentials({ ...profile, fetch });
  const management = new ManagementClient({ baseUrl: profile.managementUrl, token, fetch });
  return { profile, management, fetch, signal, [Symbol.dispose]: () => fetch[Symbol.dispose]() };
}
