/** OAuth clients of the embedded domain: one application each, or the management of this server. */
import { Problem, type CreatedOAuthClient, type OAuthClient } from '@mooring/contract';
import type { Clock, Random } from '../../kit/clock.ts';
import { managementScope } from '../management.ts';
import type { ClientRecord, IdentityStore } from '../store-port.ts';
import { clientMetadata } from './adapter.ts';
import type { BuiltProvider } from './build.ts';
import { permitsOf, type FindResource } from './resources.ts';
import { hashSecret, makeSecret } from './secret.ts';

export interface ClientsOptions {
  readonly store: IdentityStore;
  readonly findResource: FindResource;
  readonly tokenUrl: string;
  readonly provider: () => Promise<BuiltProvider>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewClient {
  readonly name: string;
  /** OCID of the application that it may call. */
  readonly applicationId: string;
  /** Given: it may use authorization code + PKCE as well. Default: none. */
  readonly redirectUris?: readonly string[] | undefined;
}

/** The credential of whoever manages: what `cli.json` holds. */
export interface ManagementCredential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** The client that manages this server from its command line; servers that share a store have one each. */
export const managementClientId = 'mooring-cli';

/**
 * Makes a client. Throws a Problem InvalidParameter for redirect URIs that OAuth does not allow, IncorrectState
 * when the embedded domain does not protect the application.
 */
export async function createClient(options: ClientsOptions, client: NewClient): Promise<CreatedOAuthClient> {
  const { name, applicationId, redirectUris = [] } = client;
  const secret = makeSecret(options.random);
  const record: ClientRecord = {
    clientId: Buffer.from(options.random(16)).toString('hex'),
    name,
    applicationId,
    role: undefined,
    secretHash: hashSecret(secret),
    grantTypes: [
      'client_credentials',
      ...(redirectUris.length > 0 ? (['authorization_code', 'refresh_token'] as const) : []),
    ],
    redirectUris,
    timeCreated: new Date(options.clock.now()).toISOString(),
  };
  const [permit] = await permitsOf(record, options.findResource);
  if (!permit)
    throw new Problem(
      'IncorrectState',
      'This application is not protected by the embedded identity domain. Make its clients at its own domain.',
    );
  await validate(record, await options.provider());
  await options.store.clients.put(record);
  return { ...publicClient(record), clientSecret: secret, tokenUrl: options.tokenUrl, scope: permit.joined };
}

async function validate(record: ClientRecord, { provider }: BuiltProvider): Promise<void> {
  try {
    await provider.Client.validate(clientMetadata(record));
  } catch (cause) {
    const reason =
      cause instanceof Error && 'error_description' in cause ? `: ${String(cause.error_description)}` : '';
    throw new Problem('InvalidParameter', `The redirect URIs are not acceptable${reason}.`, { cause });
  }
}

/** Clients of applications, oldest first. */
export async function listClients(
  { store }: ClientsOptions,
  filter?: { applicationId?: string },
): Promise<OAuthClient[]> {
  return (await store.clients.list(filter)).map(publicClient);
}

/** A client of an application; undefined when there is none with that id. */
export async function getClient(
  { store }: ClientsOptions,
  clientId: string,
): Promise<OAuthClient | undefined> {
  const record = await store.clients.get(clientId);
  return record?.applicationId === undefined ? undefined : publicClient(record);
}

/** The management client's credential when it was made just now, or anew with `rotate`; else undefined. */
export async function ensureManagementClient(
  options: ClientsOptions,
  { rotate = false, clientId = managementClientId }: { rotate?: boolean; clientId?: string } = {},
): Promise<ManagementCredential | undefined> {
  const { store, clock, random } = options;
  const known = await store.clients.get(clientId);
  if (known && !rotate) return undefined;
  const clientSecret = makeSecret(random);
  await store.clients.put({
    clientId,
    name: 'Mooring command line',
    applicationId: undefined,
    role: 'admin',
    secretHash: hashSecret(clientSecret),
    grantTypes: ['client_credentials'],
    redirectUris: [],
    timeCreated: known?.timeCreated ?? new Date(clock.now()).toISOString(),
  });
  return { clientId, clientSecret, scope: managementScope('admin') };
}

function publicClient(record: ClientRecord): OAuthClient {
  const { clientId, name, applicationId = '', grantTypes, redirectUris, timeCreated } = record;
  return {
    clientId,
    name,
    applicationId,
    grantTypes: [...grantTypes],
    redirectUris: [...redirectUris],
    timeCreated,
  };
}
