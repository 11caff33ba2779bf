/** `mooring login` and `mooring logout`: a person signs in at a server, and leaves again. */
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { beginLogin, endLogin, ManagementClient, type LoginTokens } from '@mooring/client';
import { loginClientId, type LoginProfile } from '@mooring/contract';
import { printNote, printResult } from '../output/print.ts';
import { findProfile, loadProfile, readProfile, usualPlace, writeProfile } from '../profile.ts';
import { Refusal } from '../refusal.ts';
import type { Cli } from '../terminal.ts';
import { trustedFetch } from '../trusted-fetch.ts';

const help = `
Prints an address and a code: open the address in any browser, on any machine, compare the code, and sign in as a user
who has a role (mooring users create). The profile goes to --profile, MOORING_PROFILE or .mooring/cli.json here, with
mode 0600, and every other command uses it. Without <url> it signs in anew where the profile says.

Examples:
  mooring login https://mooring.example.com:9443
  mooring login https://192.0.2.7:9443 --ca ca.pem --profile ~/.config/mooring/office.json`;

export function addLogin(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('login')
    .description('sign in at a server with a browser')
    .argument('[url]', 'base URL of its management listener')
    .option('--ca <file>', 'PEM file of the certificate authority to trust for it')
    .addHelpText('after', help)
    .action(async (url, { ca }) => {
      const path = profilePath(cli);
      const known = await knownLogin(path, url);
      const managementUrl = checkUrl(url ?? known?.managementUrl);
      const pem = ca === undefined ? known?.ca : await readAuthority(resolve(cli.cwd, ca));
      using fetch = trustedFetch(pem);
      const place = { managementUrl, fetch, signal: cli.signal };
      const { url: page, urlWithCode, code, tokens } = await beginLogin(place);
      printNote(
        cli,
        `Open ${urlWithCode}\n(or ${page}, and type the code there) and compare the code: ${code}`,
      );
      const profile = await describe({ ...place, ca: pem }, await tokens());
      await writeProfile(path, profile);
      printNote(cli, `Signed in; the profile is ${path}`);
      printResult(cli, { managementUrl, profile: path }, () => []);
    });
}

export function addLogout(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('logout')
    .description('end what login began: at the server, and here')
    .addHelpText('after', '\nExample:\n  mooring logout')
    .action(async () => {
      const named = cli.shared().profile ?? cli.env['MOORING_PROFILE'];
      const { path, profile } = await loadProfile({ cwd: cli.cwd, named });
      if (!('login' in profile)) throw notYours(path);
      const { managementUrl, ca, login } = profile;
      using fetch = trustedFetch(ca);
      await endLogin({ managementUrl, fetch, signal: cli.signal }, login.refreshToken);
      await rm(path);
      printNote(cli, `Signed out of ${managementUrl}`);
      printResult(cli, { managementUrl, profile: path }, () => []);
    });
}

const notYours = (path: string): Refusal =>
  new Refusal(`The profile ${path} is that of a server on this machine, not of a sign-in.`, {
    exit: 'conflict',
    hint: 'Name another file with --profile or MOORING_PROFILE.',
  });

/** A new profile is made in the working directory, never somewhere above it. */
function profilePath(cli: Cli): string {
  const named = cli.shared().profile ?? cli.env['MOORING_PROFILE'];
  return findProfile({ cwd: cli.cwd, named }) ?? resolve(cli.cwd, usualPlace);
}

async function knownLogin(path: string, url: string | undefined): Promise<LoginProfile | undefined> {
  if (findProfile({ cwd: '/', named: path }) === undefined) return undefined;
  const known = await readProfile(path).catch(() => undefined);
  if (known && !('login' in known)) throw notYours(path);
  return url === undefined || known?.managementUrl === checkUrl(url) ? known : undefined;
}

function checkUrl(url: string | undefined): string {
  if (url === undefined)
    throw new Refusal('Say where to sign in.', {
      exit: 'usage',
      hint: 'For instance: mooring login https://localhost:9443',
    });
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new Refusal(`${url} is no URL of a server.`, {
    exit: 'usage',
    hint: 'For instance: mooring login https://localhost:9443',
  });
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Refusal(`${path} cannot be read.`, { exit: 'usage', cause });
  }
}

interface Place {
  readonly managementUrl: string;
  readonly ca: string | undefined;
  readonly fetch: ReturnType<typeof trustedFetch>;
  readonly signal: AbortSignal;
}

/** The profile of the sign-in: what commands need to know of the server, asked with the new token. */
async function describe(
  { managementUrl, ca, fetch, signal }: Place,
  login: LoginTokens,
): Promise<LoginProfile> {
  const token = async (): Promise<string> => login.accessToken;
  const management = new ManagementClient({ baseUrl: managementUrl, token, fetch });
  const { urls } = await management.status.server({ signal });
  const [root] = await management.compartments.list({ signal });
  if (root === undefined) throw new Error('the server has no compartment');
  return {
    managementUrl,
    applicationsUrl: urls?.applications ?? managementUrl,
    applicationsPlainUrl: urls?.applicationsPlain,
    appsDomain: urls?.appsDomain,
    tokenUrl: `${managementUrl}/identity/oauth2/v1/token`,
    compartmentId: root.id,
    ca,
    clientId: loginClientId,
    login,
  };
}
