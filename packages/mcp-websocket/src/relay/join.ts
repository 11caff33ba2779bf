/**
 * Join: two transports as one line. What comes in at either end goes out at the other, and when one ends the other is
 * closed. A reader that is slow slows the writer down where the writer can be.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';

/** A transport of which nothing is read for a while. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Messages that wait to be handed on before their source is paused. */
const highWater = 32;

export interface JoinOptions {
  /** Told what could not be handed on. Default: nobody. */
  readonly report?: (error: Error) => void;
  /** Called once, when either end has ended, before the other is closed. */
  readonly ended?: (which: 'one' | 'other') => void;
}

/** Both must be free of listeners and not started; both are started. */
export async function join(one: Transport, other: Transport, options: JoinOptions = {}): Promise<void> {
  const report = options.report ?? (() => {});
  forward(one, other, report);
  forward(other, one, report);
  let isOver = false;
  const end = (which: 'one' | 'other') => () => {
    if (isOver) return;
    isOver = true;
    options.ended?.(which);
    (which === 'one' ? other : one).close().catch(report);
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  one.onclose = end('one');
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  other.onclose = end('other');
  await other.start();
  await one.start();
}

/** Hands on what comes from `source`, of which nothing is read while too much waits. */
export function forward(source: Transport, target: Transport, report: (error: Error) => void): void {
  let waiting = 0;
  const settled = (): void => {
    waiting -= 1;
    if (waiting === highWater - 1 && isPausable(source)) source.resume();
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  source.onmessage = (message: JSONRPCMessage) => {
    waiting += 1;
    if (waiting === highWater && isPausable(source)) source.pause();
    target.send(message).catch(report).finally(settled);
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  source.onerror = report;
}

const isPausable = (transport: Transport | (Transport & Pausable)): transport is Transport & Pausable =>
  'pause' in transport && 'resume' in transport;
