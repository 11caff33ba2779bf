/**
 * Guard: a small shell beside the server that ends its replicas when the server dies without a word. It holds the
 * other end of a pipe, which the system closes however the server ends; what it misses, the next start collects.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Log } from '../../observe/log.ts';

/**
 * Reads `+ <group>` and `- <group>`. At the end of its input every group that is left gets SIGTERM, and SIGKILL half
 * a second later.
 */
const script = `
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) before=\${groups%% "$group" *}; [ "$before" = "$groups" ] || groups="$before \${groups#* "$group" }" ;;
  esac
done
for group in $groups; do kill -TERM -"$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 0.5
for group in $groups; do kill -KILL -"$group" 2>/dev/null; done
exit 0
`;

/** Milliseconds that a guard must have lived to be replaced when it ends. */
const shortLife = 1000;

export class Guard implements AsyncDisposable {
  readonly #log: Log;
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Ends this process group when the server dies, until it is released. */
  hold(group: number): void {
    this.#groups.add(group);
    if (this.#shell === undefined) this.#start();
    else this.#shell.stdin?.write(`+ ${group}\n`);
  }

  release(group: number): void {
    if (this.#groups.delete(group)) this.#shell?.stdin?.write(`- ${group}\n`);
  }

  /** To be called when every group is released: the others are ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    // Its end is waited for, perhaps by nothing else that keeps the program going.
    this.#shell?.ref();
    this.#shell?.stdin?.end();
    await this.#gone;
  }

  #start(): void {
    const began = performance.now();
    // In a group of its own: what a terminal sends to the server is not for it.
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#shell = shell;
    shell.stdin.on('error', () => {});
    shell.unref();
    for (const group of this.#groups) shell.stdin.write(`+ ${group}\n`);
    this.#gone = new Promise((resolve) => {
      const over = (cause: unknown): void => {
        resolve();
        if (this.#shell === shell) this.#lost(cause, performance.now() - began);
      };
      shell.once('error', over);
      shell.once('exit', over);
    });
  }

  #lost(cause: unknown, lived: number): void {
    if (this.#closed) return;
    this.#log.warn(
      { cause },
      'the guard of the replicas ended; a crash would leave them until the next start',
    );
    this.#shell = undefined;
    if (lived > shortLife) this.#start();
  }
}
