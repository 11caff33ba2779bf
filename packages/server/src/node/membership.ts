/** Membership: what a server needs to be one of several nodes: a name, credentials, and a listener when it has an address. */
import { sumOf, type DemandPort } from '../directory/demand.ts';
import type { Directory } from '../directory/directory.ts';
import type { NodeAddress } from '../directory/endpoint.ts';
import type { Clock, Random } from '../kit/clock.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { Drain } from '../reconcile/tools.ts';
import type { Store } from '../store/index.ts';
import { issueCredentials, type Credentials } from './authority.ts';
import { openNodeListener } from './listener.ts';
import { Knocks } from './knocks.ts';
import { nameNode } from './name.ts';
import { receiveLogs, wordsOf, type ReadLogs } from './logs.ts';
import { callNode } from './tunnel.ts';

export interface MembershipOptions {
  readonly store: Store;
  readonly directory: Directory;
  /** Where the names of the starts of this server are kept. */
  readonly file: string;
  /** `host:port` on which other nodes reach this one. Undefined: they cannot. */
  readonly advertise: string | undefined;
  /** What the replicas of this node wrote. */
  readonly logs: ReadLogs;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Membership extends AsyncDisposable {
  /** Of this start of the server: an earlier start was another node. */
  readonly id: string;
  /** Earlier starts, which have ended. */
  readonly former: ReadonlySet<string>;
  /** As others know it; undefined when they do not. */
  readonly address: string | undefined;
  /** By which other nodes know it. */
  readonly credentials: Credentials;
  /** What the replicas of another node wrote. */
  readonly logsOf: (node: NodeAddress) => ReadLogs;
  /** Connections and requests that come through other nodes, by application or replica. */
  readonly connections: (id: string) => number;
  /** What is asked for at other nodes. */
  readonly demand: DemandPort;
  /** Resolves when none comes through another node any more. Those are sent away by that node. */
  readonly drain: Drain;
}

/** Milliseconds in which other nodes hear that a replica takes no arrivals any more. */
const settling = 1000;

export async function joinNodes(options: MembershipOptions): Promise<Membership> {
  const { store, advertise, clock, random } = options;
  const { id, former } = await nameNode(options.file, random);
  const credentials = await issueCredentials(store, id, clock.now());
  const listener =
    advertise === undefined
      ? undefined
      : await openNodeListener({ ...options, credentials, address: advertise });
  const knocks = new Knocks(store, () => performance.now());
  return {
    id,
    former,
    address: listener?.address,
    credentials,
    logsOf:
      (node) =>
      (applicationId, { tail, follow = false, signal }) =>
        receiveLogs(callNode(credentials, { node, line: wordsOf({ applicationId, tail, follow }) }), signal),
    demand: sumOf([...(listener ? [listener.demand] : []), knocks]),
    connections: (of) => listener?.count(of) ?? 0,
    drain: async (replicaId) => {
      await pauseFor(settling, new AbortController().signal);
      await listener?.idle(replicaId);
    },
    [Symbol.asyncDispose]: async () => {
      knocks[Symbol.dispose]();
      await listener?.[Symbol.asyncDispose]();
    },
  };
}
