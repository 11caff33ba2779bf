/**
 * Pace: how fast a client is heard. Of whoever sends more messages or control frames a second than allowed the rest
 * waits, and then the client, which is not read meanwhile; nothing is lost.
 */
import type { ApplicationSettings } from '@mooring/contract';
import { limitOf } from './limits.ts';
import type { Scanner } from './scan.ts';

export type PaceSettings = Pick<ApplicationSettings, 'messageRate' | 'controlFrameRate'>;

/** For a connection that ends: what came before the end is not kept waiting. */
export const unpaced: PaceSettings = { messageRate: 0, controlFrameRate: 0 };

/** Another second begins. */
export function grantSecond(scanner: Scanner, { messageRate, controlFrameRate }: PaceSettings): void {
  scanner.maxMessages = scanner.messages + limitOf(messageRate);
  scanner.maxControls = scanner.controls + limitOf(controlFrameRate);
}
