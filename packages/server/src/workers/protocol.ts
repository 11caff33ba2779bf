/** Protocol: what the main thread and the workers say to each other. Everything in it can be cloned. */
import type { ApiKey, ServeConfig } from '@mooring/contract';
import type { JSONWebKeySet, JWK } from 'jose';
import type { Endpoint } from '../directory/endpoint.ts';
import type { DrainPlan } from '../gateway/connections.ts';
import type { NamesOptions } from '../gateway/names.ts';
import type { Renewal } from '../gateway/renewal.ts';
import type { TablesMemory } from '../gateway/tables.ts';
import type { Revocation } from '../identity/store-port.ts';
import type { Ticket } from '../identity/tickets.ts';
import type { Credentials } from '../node/authority.ts';
import type { GatewayReport } from '../observe/metrics.ts';

/** What a worker is told when it begins, and what does not change. */
export interface Start {
  /** Its row in the tables, from 0. */
  readonly row: number;
  readonly tables: TablesMemory;
  readonly logLevel: ServeConfig['logLevel'];
  readonly version: string;
  readonly names: NamesOptions;
  readonly identity: WorkerIdentity;
  readonly sealKey: Uint8Array;
  readonly nodes: WorkerNodes | undefined;
  readonly places: readonly Place[];
  /** Of this process, for all its threads. */
  readonly descriptors: number;
  /** True: other workers listen on the same ports. */
  readonly shared: boolean;
}

/** The embedded domain, as far as callers and replicas are concerned. */
export interface WorkerIdentity {
  readonly issuer: string;
  readonly issuers: readonly string[];
  readonly jwks: JSONWebKeySet;
  readonly assertionKey: JWK;
  readonly allowPrivateIssuers: boolean;
}

/** Where there are several nodes. */
export interface WorkerNodes {
  readonly credentials: Credentials;
  readonly beat: SharedArrayBuffer;
}

/** A port of the applications. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

type Told<Asked> = { readonly asked: Asked; readonly answer: void };

/** What the main thread asks of a worker. */
export type AskedOfWorker = {
  /** `isNamed`: it has figures of its own. */
  put: Told<{ readonly endpoint: Endpoint; readonly isNamed: boolean }>;
  /** The application does not exist any more. */
  remove: Told<string>;
  /** All of them. */
  keys: Told<readonly ApiKey[]>;
  revocations: Told<readonly Revocation[]>;
  /** Every wanted application has been tried once. */
  ready: Told<undefined>;
  /** There may be a seat at the application. */
  offer: Told<string>;
  /** Answered when it can take connections. */
  compose: Told<undefined>;
  listen: Told<undefined>;
  /** Answered when nothing of the worker is at the replica. */
  drain: Told<{ readonly replicaId: string; readonly plan: DrainPlan }>;
  drainAll: Told<{ readonly grace: number }>;
  /** Undefined: the connection is not there. */
  renew: { readonly asked: Renewal; readonly answer: boolean | undefined };
  report: { readonly asked: undefined; readonly answer: GatewayReport };
  /** Answered when nothing of it is left; then the worker ends. */
  stop: Told<undefined>;
};

/** What a worker asks of the main thread. */
export type AskedOfServer = {
  /** Somebody has begun to wait for the application. */
  knock: Told<string>;
  /** Answered behind everything that was known before, at whichever node. */
  catchUp: Told<undefined>;
  /** Whoever is next waits at another worker. */
  nudge: Told<{ readonly row: number; readonly applicationId: string }>;
  addTicket: Told<Ticket>;
  takeTicket: { readonly asked: string; readonly answer: Ticket | undefined };
  /** Another worker, or node, may have the connection. */
  renew: { readonly asked: Renewal; readonly answer: boolean };
};
