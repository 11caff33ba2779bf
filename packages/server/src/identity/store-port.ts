/**
 * What the embedded identity domain keeps: its keys and names, OAuth clients, users, and what oidc-provider
 * remembers (codes, refresh tokens, sessions). Timestamps are ISO 8601 in UTC. Implemented by store/identity.ts.
 */
import type { Role } from '@mooring/contract';

export type KeyUse = 'token' | 'assertion' | 'cookie';

export interface KeyRecord {
  readonly use: KeyUse;
  /** A private JWK as JSON, or text for a cookie key. */
  readonly secret: string;
}

export type GrantType =
  | 'client_credentials'
  | 'authorization_code'
  | 'refresh_token'
  | 'urn:ietf:params:oauth:grant-type:device_code';

/** An OAuth client. It may call one application, or manage with one role. */
export interface ClientRecord {
  readonly clientId: string;
  readonly name: string;
  readonly applicationId: string | undefined;
  readonly role: Role | undefined;
  /** SHA-256 of the secret, base64url. */
  readonly secretHash: string;
  readonly grantTypes: readonly GrantType[];
  readonly redirectUris: readonly string[];
  readonly timeCreated: string;
}

export interface UserRecord {
  readonly name: string;
  /** See provider/password.ts. */
  readonly passwordHash: string;
  /** What the user may do with the management API; undefined: nothing. */
  readonly role: Role | undefined;
}

/** A user as lists show it. */
export interface UserEntry extends Omit<UserRecord, 'passwordHash'> {
  readonly timeCreated: string;
}

/** Whose tokens are refused although they have not expired: of a client, of a user, or of one consent. */
export type RevocationKind = 'client' | 'user' | 'grant';

export interface Revocation {
  readonly kind: RevocationKind;
  readonly id: string;
  /** Tokens that were issued until then are refused. */
  readonly timeRevoked: string;
  /** From then on every such token has expired. */
  readonly timeExpires: string;
}

/** One thing that oidc-provider remembers for a time. */
export interface GrantRecord {
  /** oidc-provider's name of the model: Session, AuthorizationCode … */
  readonly model: string;
  readonly id: string;
  /** Second id: of a session, or the code that a user types for a device. */
  readonly uid: string | undefined;
  /** The user whom it is about. */
  readonly account: string | undefined;
  /** The consent that it rests on; what hangs on the same one ends together. */
  readonly grantId: string | undefined;
  /** JSON. */
  readonly payload: string;
  readonly timeExpires: string;
  readonly timeConsumed: string | undefined;
}

export interface IdentityStore {
  readonly keys: {
    list(): Promise<KeyRecord[]>;
    /** Adds the key unless there is one for that use. */
    add(key: KeyRecord): Promise<void>;
  };
  /** Names under which this server is or was an issuer. */
  readonly issuers: {
    list(): Promise<string[]>;
    remember(name: string): Promise<void>;
  };
  readonly clients: {
    get(clientId: string): Promise<ClientRecord | undefined>;
    /** Clients of applications, oldest first; with a filter those of one. */
    list(filter?: { applicationId?: string }): Promise<ClientRecord[]>;
    /** Adds the client, or replaces the one with the same id. */
    put(client: ClientRecord): Promise<void>;
    /** False when there was none. */
    delete(clientId: string): Promise<boolean>;
  };
  readonly users: {
    get(name: string): Promise<UserRecord | undefined>;
    /** False, and nothing changed, when there is a user with that name. */
    add(user: UserRecord): Promise<boolean>;
    /** Adds the user, or replaces the one with the same name. */
    put(user: UserRecord): Promise<void>;
    /** By name. */
    list(): Promise<UserEntry[]>;
    /** Ends the user's sessions and consents, too. False when there was none. */
    delete(name: string): Promise<boolean>;
  };
  readonly revocations: {
    list(): Promise<Revocation[]>;
    /** Adds it, or replaces the one of the same kind and id. Noted as a change. */
    put(revocation: Revocation): Promise<void>;
  };
  readonly grants: {
    get(model: string, id: string): Promise<GrantRecord | undefined>;
    getByUid(model: string, uid: string): Promise<GrantRecord | undefined>;
    /** Adds the record, or replaces the one with the same model and id. */
    put(grant: Omit<GrantRecord, 'timeConsumed'>): Promise<void>;
    /** Marks it as used. False when it was before, or does not exist. */
    consume(model: string, id: string): Promise<boolean>;
    delete(model: string, id: string): Promise<void>;
    deleteByGrant(model: string, grantId: string): Promise<void>;
    /** Removes what expired before that time. */
    purge(before: string): Promise<void>;
  };
}
