/** Refusal: a command does not do what was asked, and says why and what to do instead. */
import type { Exit } from './exit.ts';

export interface RefusalOptions {
  /** Default `failed`. */
  readonly exit?: Exit;
  /** What to do next; may be several lines. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class Refusal extends Error {
  readonly exit: Exit;
  readonly hint: string | undefined;

  constructor(message: string, options: RefusalOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'Refusal';
    this.exit = options.exit ?? 'failed';
    this.hint = options.hint;
  }
}
