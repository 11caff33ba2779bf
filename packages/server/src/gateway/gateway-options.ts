/** What a gateway is made of. */
import type { Directory } from '../directory/directory.ts';
import type { Assert, FindHolder, Principal, VerifyToken } from '../identity/principal.ts';
import type { Tickets } from '../identity/tickets.ts';
import type { Clock, Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Observer } from '../observe/observer.ts';
import type { Nudge } from './load.ts';
import type { Names } from './names.ts';
import type { RenewElsewhere } from './renewal.ts';
import type { Tables } from './tables.ts';
import type { OpenTunnel } from './tunnel.ts';

export interface GatewayOptions {
  readonly directory: Directory;
  readonly names: Names;
  readonly verifyToken: VerifyToken;
  /** Finds the API keys of those who sign their requests. Default: there are none. */
  readonly findKey?: FindHolder;
  readonly assert: Assert;
  /** True for a caller whose token or key was revoked since. Default: nobody. */
  readonly isWithdrawn?: (caller: Principal) => boolean;
  /** Where the tickets of callers are kept. */
  readonly tickets: Tickets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** True once every wanted application has been tried once. */
  readonly isReady: () => boolean;
  /** 32 bytes by which clients are brought back to their replicas, the same on all servers. Default: new ones. */
  readonly sealKey?: Uint8Array;
  /** Needed where there are several nodes. */
  readonly openTunnel?: OpenTunnel | undefined;
  /** Needed where there are several nodes. */
  readonly renewElsewhere?: RenewElsewhere | undefined;
  /** What it counts together with other gateways. Default: it is alone. */
  readonly tables?: Tables;
  /** Needed where there are several gateways. */
  readonly nudge?: Nudge;
  /** Needed where the directory is a copy; see AdmitOptions. */
  readonly catchUp?: () => Promise<void>;
  /** Is told of every arrival. Default: nobody is. */
  readonly observer?: Observer;
}
