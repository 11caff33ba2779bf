/**
 * Child: an MCP server as a process, and a Transport over its standard streams. It leads a process group of its own,
 * and when it ends or is closed, nothing of that group is left. Its standard error is the host's.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { serializeMessage } from '@modelcontextprotocol/server';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import type { Pausable } from '../relay/join.ts';
import { Lines } from '../relay/lines.ts';
import { timedOut, within } from '../within.ts';
import type { Starts } from './starts.ts';

export interface ChildOptions {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  /** Bytes of one message at the most, in either direction. */
  readonly maxMessageBytes: number;
  /** Milliseconds from the end of its input to SIGTERM, and from there to SIGKILL. */
  readonly grace: number;
  /** How many start at one time. */
  readonly starts: Starts;
}

/** Messages that may wait for a child that does not read, as a multiple of the largest. */
const maxBacklog = 2;

/** Every child that lives, for the last resort: the host itself ends. */
const living = new Set<Child>();
process.on('exit', () => {
  for (const child of living) child.kill();
});

export class Child implements Transport, Pausable {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #options: ChildOptions;
  readonly #lines: Lines;
  readonly #gone = Promise.withResolvers<void>();
  #process: ChildProcess | undefined;
  #isClosed = false;
  #end = 'it was not started';

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#lines = new Lines({
      maxBytes: options.maxMessageBytes,
      message: (message) => this.onmessage?.(message),
      refused: (error) => this.#report(error),
    });
  }

  /** How it ended, as the end of a sentence: `exited with code 1`. */
  get end(): string {
    return this.#end;
  }

  /** Settles when nothing of it is left, or it was closed before it was started. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Resolves when the program runs. Rejects when it cannot be started. */
  async start(): Promise<void> {
    const started = await this.#options.starts.enter();
    if (this.#isClosed) {
      started();
      throw new Error('The MCP server was not started: nobody waits for it any more.');
    }
    const [program = '', ...args] = this.#options.command;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.#process = child;
    living.add(this);
    child.on('error', (error) => this.#report(error));
    child.once('exit', (code, signal) => {
      this.#end = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    });
    child.once('close', () => this.#settle());
    child.once('close', started);
    child.stdout.once('data', started);
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    try {
      await once(child, 'spawn');
      this.#end = 'was closed';
      child.once('exit', () => this.kill());
    } catch (cause) {
      started();
      this.#end = `could not be started (${cause instanceof Error ? cause.message : String(cause)})`;
      this.#settle();
      throw new Error(`The command "${program}" ${this.#end}.`, { cause });
    }
  }

  /** Resolves when it was written. Rejects when the child is gone, or does not read. */
  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#process?.stdin;
    if (!stdin?.writable) throw await this.#goneError();
    if (stdin.writableLength > maxBacklog * this.#options.maxMessageBytes) {
      this.#end = 'does not read what it is sent';
      this.kill();
      throw new Error('The MCP server does not read what it is sent. It was ended.');
    }
    const failure = await new Promise<unknown>((resolve) => stdin.write(serializeMessage(message), resolve));
    if (failure) throw await this.#goneError();
  }

  /** Its input closes a moment before it is known how it ended. */
  async #goneError(): Promise<Error> {
    await within(this.#options.grace, this.#gone.promise);
    return new Error(`The MCP server ended before it answered: ${this.#end}.`);
  }

  /** Ends its input, then it with SIGTERM, then with SIGKILL. Resolves when nothing of its group is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#process;
    if (child === undefined) this.#gone.resolve();
    if (child === undefined || !living.has(this)) return;
    child.stdout?.resume();
    child.stdin?.end();
    const { grace } = this.#options;
    if ((await within(grace, this.#gone.promise)) !== timedOut) return;
    this.#signal('SIGTERM');
    if ((await within(grace, this.#gone.promise)) !== timedOut) return;
    this.kill();
    // Somebody who left the group may hold the pipes; the child is gone all the same.
    await within(grace, this.#gone.promise);
    this.#settle();
  }

  /** SIGKILL to the whole group, without waiting. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  pause(): void {
    this.#process?.stdout?.pause();
  }

  resume(): void {
    this.#process?.stdout?.resume();
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined || !living.has(this)) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has no process any more.
    }
  }

  #read(chunk: Buffer): void {
    try {
      this.#lines.push(chunk);
    } catch (error) {
      this.#end = `wrote a line of more than ${this.#options.maxMessageBytes} bytes`;
      this.kill();
      this.#report(error);
    }
  }

  #settle(): void {
    if (!living.delete(this)) return;
    this.#process?.stdout?.destroy();
    this.#gone.resolve();
    this.onclose?.();
  }

  #report(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)));
  }
}
