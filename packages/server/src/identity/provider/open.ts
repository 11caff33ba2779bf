/**
 * The embedded identity domain: an OAuth 2 and OpenID Connect provider under `/identity` of the management
 * listener, with its keys, clients, users and grants in the store. For one machine; any other OpenID issuer
 * can take its place.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CreatedOAuthClient, IssuedToken, OAuthClient } from '@mooring/contract';
import type { JSONWebKeySet, JWK } from 'jose';
import type { Clock, Random } from '../../kit/clock.ts';
import { once } from '../../kit/once.ts';
import type { Log } from '../../observe/log.ts';
import { revoker } from '../revocations.ts';
import type { IdentityStore, UserEntry } from '../store-port.ts';
import { Attempts } from './attempts.ts';
import { buildProvider } from './build.ts';
import * as clients from './clients.ts';
import { handle } from './handle.ts';
import { issueToken } from './issue.ts';
import { loadKeys } from './keys.ts';
import type { FindApplication, FindResource } from './resources.ts';
import { createUser, ensureAdminUser, type CreatedUser, type NewUser, type UserCredential } from './users.ts';

export interface IdentityDomainOptions {
  readonly store: IdentityStore;
  /** URL under which the domain is known, with its path: `https://host:9443/identity`. */
  readonly issuer: string;
  readonly findResource: FindResource;
  /** Default: none is found, so that an application is named by its URL only. */
  readonly findApplication?: FindApplication;
  /** Whether clients may register themselves (RFC 7591). Default false. */
  readonly allowRegistration?: boolean;
  /** Whether the metadata document of a client may be at a private address. Default false. */
  readonly allowPrivateIssuers?: boolean;
  /** Decides when what is kept has expired. The times in tokens are the operating system's. */
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Seconds for which an access token is valid. Default 3600. */
  readonly tokenLifetime?: number;
}

export interface IdentityDomain {
  readonly issuer: string;
  readonly tokenUrl: string;
  /** Private ES256 key of assertions. */
  readonly assertionKey: JWK;
  /** The current name first, then every former one. */
  issuers(): readonly string[];
  /** Public keys of tokens and assertions; always the same object. */
  jwks(): JSONWebKeySet;
  /** Answers a request whose path begins with that of the issuer. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  issueToken(as: { clientId: string }): Promise<IssuedToken>;
  createClient(client: clients.NewClient): Promise<CreatedOAuthClient>;
  getClient(clientId: string): Promise<OAuthClient | undefined>;
  listClients(filter?: { applicationId?: string }): Promise<OAuthClient[]>;
  /** Its tokens are refused from now on. False when there was none. */
  deleteClient(clientId: string): Promise<boolean>;
  ensureManagementClient(options?: {
    rotate?: boolean;
    clientId?: string;
  }): Promise<clients.ManagementCredential | undefined>;
  createUser(user: NewUser): Promise<CreatedUser>;
  listUsers(): Promise<UserEntry[]>;
  /** Ends the user's sessions, consents and tokens, too. False when there was none. */
  deleteUser(name: string): Promise<boolean>;
  ensureAdminUser(options?: { rotate?: boolean }): Promise<UserCredential | undefined>;
}

/** Opens the domain; at the first start with new keys. */
export async function openIdentityDomain(given: IdentityDomainOptions): Promise<IdentityDomain> {
  const { store, issuer, random, clock, log, tokenLifetime = 3600 } = given;
  const keys = await loadKeys(store, random);
  await store.issuers.remember(issuer);
  const names = [issuer, ...(await store.issuers.list()).filter((name) => name !== issuer)];
  await store.grants.purge(new Date(clock.now()).toISOString());

  const revoke = revoker(store, { clock, lifetime: tokenLifetime });
  const deviceAttempts = new Attempts(clock);
  const documentFetches = new Attempts(clock);
  const findApplication = given.findApplication ?? (async () => undefined);
  const switches = {
    allowRegistration: given.allowRegistration ?? false,
    allowPrivateIssuers: given.allowPrivateIssuers ?? false,
  };
  const provider = once(() =>
    buildProvider({
      ...given,
      ...switches,
      findApplication,
      keys,
      tokenLifetime,
      deviceAttempts,
      documentFetches,
      revoke,
    }),
  );
  const options = { ...given, tokenLifetime, provider, tokenUrl: `${issuer}/oauth2/v1/token` };
  const attempts = new Attempts(clock);
  const registrations = new Attempts(clock);

  return {
    issuer,
    tokenUrl: options.tokenUrl,
    assertionKey: keys.assertion,
    issuers: () => names,
    jwks: () => keys.published,
    handle: (request, response) =>
      handle(
        { request, response },
        { issuer, store, attempts, deviceAttempts, registrations, provider, log },
      ),
    issueToken: (as) => issueToken(options, as),
    createClient: (client) => clients.createClient(options, client),
    getClient: (clientId) => clients.getClient(options, clientId),
    listClients: (filter) => clients.listClients(options, filter),
    async deleteClient(clientId) {
      await revoke('client', clientId);
      return store.clients.delete(clientId);
    },
    ensureManagementClient: (rotation) => clients.ensureManagementClient(options, rotation),
    createUser: (user) => createUser({ store, random, clock }, user),
    listUsers: () => store.users.list(),
    async deleteUser(name) {
      await revoke('user', name);
      return store.users.delete(name);
    },
    ensureAdminUser: (rotation) => ensureAdminUser({ store, random }, rotation),
  };
}
