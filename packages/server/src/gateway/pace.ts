/**
 * Pace: how fast a client is read. Whoever sends more messages or control frames a second than allowed is not read
 * for the rest of that second: the sender waits, and nothing is lost.
 */
import type { ApplicationSettings } from '@mooring/contract';
import type { Scanner } from './scan.ts';

export type PaceSettings = Pick<ApplicationSettings, 'messageRate' | 'controlFrameRate'>;

export class Pace {
  readonly #scanner: Scanner;
  readonly #maxMessages: number;
  readonly #maxControls: number;
  #messages = 0;
  #controls = 0;

  constructor(scanner: Scanner, { messageRate, controlFrameRate }: PaceSettings) {
    this.#scanner = scanner;
    this.#maxMessages = messageRate === 0 ? Infinity : messageRate;
    this.#maxControls = controlFrameRate === 0 ? Infinity : controlFrameRate;
  }

  /** True when nothing more is to be read until the next second. */
  get isOver(): boolean {
    const { messages, controls } = this.#scanner;
    return messages - this.#messages >= this.#maxMessages || controls - this.#controls >= this.#maxControls;
  }

  /** Another second begins. What came in one chunk above the limit counts for it. */
  next(): void {
    const { messages, controls } = this.#scanner;
    this.#messages = Math.min(messages, this.#messages + this.#maxMessages);
    this.#controls = Math.min(controls, this.#controls + this.#maxControls);
  }
}
