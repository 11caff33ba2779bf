/** Storage of oidc-provider: clients as the domain knows them, everything else as records of the store. */
import type {
  Adapter,
  AdapterFactory,
  AdapterPayload,
  ClientMetadata,
  errors as Errors,
} from 'oidc-provider';
import type { Clock } from '../../kit/clock.ts';
import { revocableGrant, type Revoke } from '../revocations.ts';
import type { ClientRecord, GrantRecord, IdentityStore } from '../store-port.ts';
import { loginClient } from './login-client.ts';
import { hashSecret } from './secret.ts';

export interface AdapterOptions {
  readonly store: IdentityStore;
  readonly clock: Clock;
  readonly errors: typeof Errors;
  /** Refuses access tokens that are still out. */
  readonly revoke: Revoke;
}

/** Milliseconds between two clean-ups of what has expired. */
const purgeEvery = 600_000;

/** Makes the adapter of each model. */
export function createAdapters(options: AdapterOptions): AdapterFactory {
  const purge = createPurge(options);
  return (model) => (model === 'Client' ? clientAdapter(options) : grantAdapter(model, options, purge));
}

function grantAdapter(model: string, options: AdapterOptions, purge: () => Promise<void>): Adapter {
  const { store, clock, errors } = options;
  return {
    async upsert(id, payload, expiresIn = 0) {
      await purge();
      const timeExpires = new Date(clock.now() + expiresIn * 1000).toISOString();
      const { grantId, accountId: account } = payload;
      // The code that a user types for a device is the second id of what waits for it.
      const uid = payload.uid ?? payload.userCode;
      const text = JSON.stringify(payload);
      await store.grants.put({ model, id, uid, grantId, account, payload: text, timeExpires });
    },
    find: async (id) => payloadOf(await store.grants.get(model, id)),
    findByUid: async (uid) => payloadOf(await store.grants.getByUid(model, uid)),
    async consume(id) {
      // Two requests may have found it unused at the same time; only one of them gets it.
      if (!(await store.grants.consume(model, id))) throw new errors.InvalidGrant('already used');
    },
    destroy: (id) => store.grants.delete(model, id),
    async revokeByGrantId(grantId) {
      await store.grants.deleteByGrant(model, grantId);
      if (model === 'RefreshToken') await options.revoke('grant', revocableGrant(grantId));
    },
    findByUserCode: async (code) => payloadOf(await store.grants.getByUid(model, code)),
  };
}

function payloadOf(record: GrantRecord | undefined): AdapterPayload | undefined {
  if (!record) return undefined;
  const payload: AdapterPayload = JSON.parse(record.payload);
  if (record.timeConsumed === undefined) return payload;
  return { ...payload, consumed: Math.floor(Date.parse(record.timeConsumed) / 1000) };
}

/** Seconds after which a client that registered itself is forgotten. */
const registrationLifetime = 90 * 86_400;

/** Clients are made and ended by the domain; oidc-provider only adds those that registered themselves. */
function clientAdapter({ store, clock }: AdapterOptions): Adapter {
  const never = (): never => {
    throw new TypeError('oidc-provider does not change clients');
  };
  return {
    async find(clientId) {
      const client = clientId === loginClient.clientId ? loginClient : await store.clients.get(clientId);
      return client ? clientMetadata(client) : payloadOf(await store.grants.get('Client', clientId));
    },
    async upsert(id, { client_secret: secret, ...payload }) {
      const kept = { ...payload, ...(secret !== undefined && { client_secret: hashSecret(secret) }) };
      const timeExpires = new Date(clock.now() + registrationLifetime * 1000).toISOString();
      const none = { uid: undefined, grantId: undefined, account: undefined };
      await store.grants.put({ model: 'Client', id, ...none, payload: JSON.stringify(kept), timeExpires });
    },
    destroy: never,
    consume: never,
    findByUid: never,
    findByUserCode: never,
    revokeByGrantId: never,
  };
}

/** A client as oidc-provider sees it. `client_secret` is the hash; see compareClientSecret in build.ts. */
export function clientMetadata(client: ClientRecord): ClientMetadata {
  const { clientId, name, secretHash, grantTypes, redirectUris } = client;
  return {
    client_id: clientId,
    client_name: name,
    ...(secretHash === '' ? { token_endpoint_auth_method: 'none' as const } : { client_secret: secretHash }),
    grant_types: grantTypes,
    redirect_uris: redirectUris,
    response_types: redirectUris.length > 0 ? ['code'] : [],
    application_type: redirectUris.some(isNative) ? 'native' : 'web',
  };
}

/** An installed app's redirection: its own scheme, or the loopback interface with any port (RFC 8252 section 7). */
export function isNative(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  if (protocol !== 'http:') return protocol !== 'https:';
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function createPurge({ store, clock }: AdapterOptions): () => Promise<void> {
  let next = clock.now() + purgeEvery;
  return async () => {
    if (clock.now() < next) return;
    next = clock.now() + purgeEvery;
    await store.grants.purge(new Date(clock.now()).toISOString());
  };
}
