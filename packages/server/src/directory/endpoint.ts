/**
 * Endpoint: a hosted application as the gateway sees it. Plain data (structured-cloneable), replaced as a
 * whole on every change, never mutated.
 */
import type { ApplicationSettings } from '@mooring/contract';

/** Who may call. `oauth` carries what a token must fulfil; `signature` is for requests signed with an API key. */
export type EndpointAuth =
  | {
      readonly kind: 'oauth';
      readonly issuer: string;
      readonly audience: string | undefined;
      readonly scope: string;
    }
  | { readonly kind: 'signature' }
  | { readonly kind: 'none' };

/** Where one replica is reached. `ready` replicas take arrivals, `draining` ones only keep what they have. */
export interface ReplicaAddress {
  readonly id: string;
  /** Where it listens on the node that it runs on. */
  readonly host: string;
  readonly port: number;
  readonly state: 'ready' | 'draining';
  /** Another node that it runs on, through which it is reached. Absent: this one. */
  readonly node?: NodeAddress;
}

/** Where other nodes reach a node. */
export interface NodeAddress {
  readonly id: string;
  /** `host:port` of its listener for nodes. */
  readonly address: string;
}

export interface Endpoint {
  /** OCID of the application. */
  readonly applicationId: string;
  readonly name: string;
  readonly auth: EndpointAuth;
  readonly settings: ApplicationSettings;
  readonly replicas: readonly ReplicaAddress[];
  /** Why there may be no replica, in a sentence for the caller. */
  readonly notice: string | undefined;
}
