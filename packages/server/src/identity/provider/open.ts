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
import type { IdentityStore } from '../store-port.ts';
import { Attempts } from './attempts.ts';
import { buildProvider } from './build.ts';
import * as clients from './clients.ts';
import { handle } from './handle.ts';
import { issueToken } from './issue.ts';
import { loadKeys } from './keys.ts';
import type { FindResource } from './resources.ts';
import { createUser, ensureAdminUser, type NewUser, type UserCredential } from './users.ts';

export interface IdentityDomainOptions {
  readonly store: IdentityStore;
  /** URL under which the domain is known, with its path: `https://host:9443/identity`. */
  readonly issuer: string;
  readonly findResource: FindResource;
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
  /** False when there was none. */
  deleteClient(clientId: string): Promise<boolean>;
  ensureManagementClient(options?: {
    rotate?: boolean;
    clientId?: string;
  }): Promise<clients.ManagementCredential | undefined>;
  createUser(user: NewUser): Promise<void>;
  ensureAdminUser(options?: { rotate?: boolean }): Promise<UserCredential | undefined>;
}

/** Opens the domain; at the first start with new keys. */
export async function openIdentityDomain(given: IdentityDomainOptions): Promise<IdentityDomain> {
  const { store, issuer, random, clock, log, tokenLifetime = 3600 } = given;
  const keys = await loadKeys(store, random);
  await store.issuers.remember(issuer);
  const names = [issuer, ...(await store.issuers.list()).filter((name) => name !== issuer)];
  await store.grants.purge(new Date(clock.now()).toISOString());

  const provider = once(() => buildProvider({ ...given, keys, tokenLifetime }));
  const options = { ...given, tokenLifetime, provider, tokenUrl: `${issuer}/oauth2/v1/token` };
  const attempts = new Attempts(clock);

  return {
    issuer,
    tokenUrl: options.tokenUrl,
    assertionKey: keys.assertion,
    issuers: () => names,
    jwks: () => keys.published,
    handle: (request, response) => handle({ request, response }, { issuer, store, attempts, provider, log }),
    issueToken: (as) => issueToken(options, as),
    createClient: (client) => clients.createClient(options, client),
    getClient: (clientId) => clients.getClient(options, clientId),
    listClients: (filter) => clients.listClients(options, filter),
    deleteClient: (clientId) => store.clients.delete(clientId),
    ensureManagementClient: (rotation) => clients.ensureManagementClient(options, rotation),
    createUser: (user) => createUser({ store, random }, user),
    ensureAdminUser: (rotation) => ensureAdminUser({ store, random }, rotation),
  };
}
