/** What a lasting connection is doing. */
import type { Closing } from './connection.ts';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'open';
      readonly subprotocol: string;
      readonly connectionId: string | undefined;
    }
  /** Waits `delay` milliseconds, then tries. Infinity: until something is to be sent. */
  | {
      readonly kind: 'reconnecting';
      /** Why there is no connection: how the last one ended, or what the last attempt failed with. */
      readonly cause: string;
      /** In a row, 0 for the first one. */
      readonly attempt: number;
      readonly delay: number;
    }
  | { readonly kind: 'closed'; readonly reason: string };

/** `1012: the server restarts`; where there was no close (1006) the words alone, if there are any. */
export function describe({ code, reason }: Closing): string {
  if (reason === '') return String(code);
  return code === 1006 ? reason : `${code}: ${reason}`;
}
