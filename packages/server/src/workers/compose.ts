/**
 * Compose: what stands in a worker: a gateway on its listeners, with a copy of the directory, of the keys and of the
 * revocations, which the main thread keeps up to date. Nothing here reads the database.
 */
import { Directory } from '../directory/directory.ts';
import { createNames } from '../gateway/names.ts';
import { Gateway } from '../gateway/gateway.ts';
import { listenForApplications, type ApplicationHandlers } from '../gateway/listener.ts';
import { renewHere } from '../gateway/renewal.ts';
import { openTables } from '../gateway/tables.ts';
import { createAsserter } from '../identity/assertion.ts';
import { KeyTable } from '../identity/key-table.ts';
import { RevocationTable } from '../identity/revocation-table.ts';
import { createVerifier } from '../identity/verify/verifier.ts';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { tunnelsOf } from '../node/tunnel.ts';
import { Arrivals } from '../observe/arrivals.ts';
import { others } from '../observe/labels.ts';
import type { Log } from '../observe/log.ts';
import { openTracing } from '../observe/trace.ts';
import { watchWith } from '../observe/watch.ts';
import { isBeating } from './beat.ts';
import { takeWithRoom } from './room.ts';
import { Line, type Answers, type Port } from './line.ts';
import type { AskedOfServer, AskedOfWorker, Start } from './protocol.ts';

/** Milliseconds for an answer of the main thread, which may have to ask the database or other nodes. */
const patience = 10_000;

export interface WorkerOptions {
  readonly port: Port;
  readonly log: Log;
  /** Called when the worker was told to stop, and nothing of it is left. */
  readonly stopped: () => void;
}

/** Answers the main thread from now on. */
export async function composeWorker(start: Start, { port, log, stopped }: WorkerOptions): Promise<void> {
  await using owned = new AsyncDisposableStack();
  const { nodes, identity } = start;
  const directory = new Directory(() => nodes === undefined || isBeating(nodes.beat));
  const named = new Set<string>();
  const arrivals = new Arrivals((id) => (named.has(id) ? id : others));
  const tracing = await openTracing(process.env, start.version);
  if (tracing) owned.use(tracing);
  const keys = new KeyTable();
  const revocations = new RevocationTable();
  const state = { isReady: false };
  const gateway = owned.use(
    new Gateway({
      directory,
      names: createNames(start.names),
      verifyToken: createVerifier({
        own: { issuers: () => identity.issuers, jwks: () => identity.jwks },
        allowPrivateIssuers: identity.allowPrivateIssuers,
        isRevoked: (token) => revocations.isRevoked(token),
        clock,
        log,
      }),
      findKey: keys.find,
      isWithdrawn: (caller) =>
        caller.kind === 'key'
          ? !keys.holds(caller)
          : caller.revocable !== undefined && revocations.isRevoked(caller.revocable),
      tickets: {
        add: (ticket) => line.ask('addTicket', ticket, { limit: patience }),
        take: (digest) => line.ask('takeTicket', digest, { limit: patience }),
      },
      assert: createAsserter({ key: identity.assertionKey, issuer: identity.issuer, clock, random }),
      isReady: () => state.isReady,
      openTunnel: nodes && tunnelsOf(nodes.credentials),
      renewElsewhere: (renewal) => line.ask('renew', renewal, { limit: patience }),
      sealKey: start.sealKey,
      tables: openTables(start.tables, { row: start.row, clock }),
      // Too late, it decides by what it knows.
      catchUp: () => line.ask('catchUp', undefined, { limit: patience }).catch(() => undefined),
      nudge: (row, applicationId) => line.tell('nudge', { row, applicationId }),
      observer: watchWith({ arrivals, tracing }),
      clock,
      random,
      log,
    }),
  );
  owned.use(gateway.demand.watch((applicationId) => line.tell('knock', applicationId)));
  const listeners = owned.use(new AsyncDisposableStack());
  const everything = owned.move();
  const answers: Answers<AskedOfWorker> = {
    put: ({ endpoint, isNamed }) => {
      if (isNamed) named.add(endpoint.applicationId);
      directory.put(endpoint);
    },
    remove: (applicationId) => {
      directory.remove(applicationId);
      named.delete(applicationId);
      arrivals.forget(applicationId);
    },
    keys: (all) => {
      keys.replace(all);
      gateway.connections.withdraw();
    },
    revocations: (all) => {
      revocations.replace(all);
      gateway.connections.withdraw();
    },
    ready: () => void (state.isReady = true),
    offer: (applicationId) => gateway.offer(applicationId),
    compose: () => {},
    listen: async () => {
      const takes = takeWithRoom({ limit: start.descriptors, clock, log });
      for (const place of start.places) {
        const wanted = { ...place, shared: start.shared, takes };
        listeners.use(await listenForApplications(wanted, handlersOf(gateway)));
      }
    },
    drain: ({ replicaId, plan }) => gateway.connections.drain(replicaId, plan),
    drainAll: (within) => gateway.drain(within),
    renew: (renewal) => renewHere(renewal, gateway.connections),
    report: async () => ({ families: await arrivals.report(), traffic: gateway.connections.traffic() }),
    stop: async () => {
      await everything.disposeAsync();
      // Behind the answer.
      setImmediate(stopped);
    },
  };
  const line: Line<AskedOfServer, AskedOfWorker> = new Line(port, answers);
}

const handlersOf = (gateway: Gateway): ApplicationHandlers => ({
  request: (request, response) => void gateway.request(request, response),
  upgrade: (request, socket, head) => void gateway.upgrade(request, socket, head),
});
