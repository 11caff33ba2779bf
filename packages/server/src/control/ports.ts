/** What the management API needs from the rest of the server, as it sees it. main.ts brings the parts. */
import type {
  CreateUserDetails,
  CreatedOAuthClient,
  CreatedUser,
  IssuedToken,
  LogLine,
  OAuthClient,
  ReplicaStatus,
  ScalingStatus,
  User,
} from '@mooring/contract';
import type { Authenticated } from '../identity/operator.ts';
import type { SignedRequest } from '../identity/verify/request-signature.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Store } from '../store/store.ts';

export type { Authenticated, Operator } from '../identity/operator.ts';

/** A request as it arrived, before anybody interpreted it. */
export interface Arrival extends SignedRequest {
  /** IP address of the client; of a trusted proxy's client, when there is one between. */
  readonly address: string;
}

/** Throws a Problem: NotAuthenticated (with its challenge), NotAllowed (no role), ServiceUnavailable. */
export type Authenticate = (arrival: Arrival, options: { signal: AbortSignal }) => Promise<Authenticated>;

/** The embedded identity domain. */
export interface IdentityPort {
  readonly issuer: string;
  /** Every name under which it is, or was, an issuer. */
  issuers(): readonly string[];
  createClient(client: {
    name: string;
    applicationId: string;
    redirectUris?: readonly string[] | undefined;
  }): Promise<CreatedOAuthClient>;
  listClients(filter: { applicationId: string }): Promise<OAuthClient[]>;
  /** False when there was none. */
  deleteClient(clientId: string): Promise<boolean>;
  issueToken(as: { clientId: string }): Promise<IssuedToken>;
  listUsers(): Promise<User[]>;
  createUser(user: CreateUserDetails): Promise<CreatedUser>;
  /** False when there was none. */
  deleteUser(name: string): Promise<boolean>;
}

/** How an application fares right now. */
export interface LiveStatus {
  readonly replicas: readonly ReplicaStatus[];
  /** Live WebSocket connections. */
  readonly connections: number;
}

/** What the reconciler knows beside the rows. */
export interface StatusPort {
  /** Undefined: nothing of it runs. */
  applicationStatus(applicationId: string): LiveStatus | undefined;
  /** How many of its replicas are wanted, and why. Undefined: nothing of it runs. */
  scaling(applicationId: string): Promise<ScalingStatus | undefined>;
  /** True once every wanted application has been tried once. */
  serverReady(): boolean;
}

/** What replicas of an application wrote, oldest first; with `follow` it goes on until the signal. */
export type LogsPort = (
  applicationId: string,
  options: { tail?: number; follow?: boolean; signal: AbortSignal },
) => AsyncIterable<LogLine>;

/** Figures of the server, in Prometheus' text format. */
export interface MetricsPort {
  readonly contentType: string;
  read(): Promise<string>;
}

/** Base URLs under which clients know the applications listener; asked for at each use. */
export type UrlsPort = () => {
  readonly applications: string;
  readonly applicationsPlain?: string | undefined;
  readonly appsDomain?: string | undefined;
};

/** Asks a registry whether it takes these credentials. `verified` is false when nobody could ask it. */
export type CheckRegistry = (credential: {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}) => Promise<{ readonly verified: boolean; readonly refused?: string | undefined }>;

export interface ControlPorts {
  readonly store: Store;
  readonly authenticate: Authenticate;
  readonly identity: IdentityPort;
  readonly status: StatusPort;
  readonly logs: LogsPort;
  readonly metrics: MetricsPort;
  readonly urls: UrlsPort;
  readonly vault: Pick<Vault, 'sealer' | 'lock'>;
  readonly checkRegistry: CheckRegistry;
  /** False: artifacts that run as processes of this machine are refused. */
  readonly allowProcesses: boolean;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}
