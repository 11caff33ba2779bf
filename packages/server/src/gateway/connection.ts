/**
 * Connection: a WebSocket connection that is open, as the server knows it until it ends. There are many of them that
 * do nothing, so it keeps no more than it needs: nothing of the handshake that it came from.
 */
import { closeCodes } from '@mooring/contract';
import type { Principal } from '../identity/principal.ts';
import type { Volume } from '../observe/volume.ts';
import type { Seat } from './admit.ts';
import type { Named, Served } from './connections.ts';
import type { Closing } from './ending.ts';
import type { Relay } from './relay.ts';

export interface ConnectionOptions {
  readonly connectionId: string;
  readonly applicationId: string;
  readonly caller: Principal;
  readonly seat: Seat;
  readonly relay: Relay;
}

export class Connection implements Served, Named {
  readonly kind = 'connection';
  readonly connectionId: string;
  readonly applicationId: string;
  caller: Principal;
  readonly #seat: Seat;
  readonly #relay: Relay;

  constructor({ connectionId, applicationId, caller, seat, relay }: ConnectionOptions) {
    this.connectionId = connectionId;
    this.applicationId = applicationId;
    this.caller = caller;
    this.#seat = seat;
    this.#relay = relay;
  }

  get named(): Named {
    return this;
  }

  get replicaId(): string {
    return this.#seat.replica.id;
  }

  close(code: number, reason: string): void {
    this.#relay.close(code, reason, { drain: true });
  }

  destroy(reason: string): void {
    this.#relay.destroy(reason);
  }

  tick(now: number): void {
    this.#relay.tick(now);
  }

  renew(caller: Principal): void {
    this.caller = caller;
    this.#relay.renew(caller.expiresAt);
  }

  withdraw(): void {
    this.#relay.close(closeCodes.forbidden, 'access was withdrawn');
  }

  volume(): Volume {
    return this.#relay.volume;
  }

  /** Milliseconds that it was held before it had a replica. */
  get held(): number {
    return this.#seat.held;
  }

  /** Resolves when both sockets are gone. */
  get ended(): Promise<Closing> {
    return this.#relay.ended;
  }
}
