/** Facts: what the reconciler keeps in memory about one application, between one comparison and the next. */
import type { Autoscaler } from './autoscale/autoscaler.ts';
import type { Copy } from './copy.ts';
import type { Generation, Wish } from './wish.ts';

export interface Facts {
  readonly applicationId: string;
  /** Decides how many are wanted. */
  readonly autoscaler: Autoscaler;
  /** As it was read last. */
  wish: Wish | undefined;
  /** Every copy that has not been given up entirely. */
  copies: Copy[];
  /** What arrivals are sent to. Undefined: nothing has become ready yet, or nothing is wanted. */
  served: Generation | undefined;
  /** Key of the generation that failed last: it is not tried again unless somebody asks for it. */
  refused: string | undefined;
}
