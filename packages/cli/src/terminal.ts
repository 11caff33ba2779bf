/** What a command has to do with its surroundings: streams, environment, interruptions, options that all commands share. */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working directory. */
  readonly cwd: string;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly interrupted: AbortSignal;
  /** Milliseconds since the process began. */
  readonly elapsed: () => number;
  /** Aborts when nobody reads stdout any more. */
  readonly outputGone: AbortSignal;
}

/** Options that stand before or after any command. */
export interface SharedOptions {
  readonly json?: true | undefined;
  readonly profile?: string | undefined;
}

export interface Cli extends Terminal {
  /** Aborts when the command should end early, for whatever reason. */
  readonly signal: AbortSignal;
  /** Read when the command runs, not before. */
  readonly shared: () => SharedOptions;
}
