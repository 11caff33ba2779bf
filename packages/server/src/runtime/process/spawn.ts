/** Starts a command without a shell as the leader of its own process group; says clearly why it cannot. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StartFailure } from '../runtime.ts';

export interface Command {
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export type Child = ChildProcessByStdio<null, Readable, Readable> & { readonly pid: number };

/** Resolves when the program runs. Throws a StartFailure. */
export async function spawnCommand(what: Command): Promise<Child> {
  const [program, ...args] = what.command;
  if (program === undefined) throw new TypeError('spawnCommand: the command is empty');
  await checkDirectory(what.workingDirectory);
  try {
    const child = spawn(program, args, {
      cwd: what.workingDirectory,
      env: what.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      shell: false,
    });
    await once(child, 'spawn');
    if (!hasPid(child)) throw new Error('The system gave no pid.');
    return child;
  } catch (error) {
    throw new StartFailure(describe(program, what, error), { cause: error });
  }
}

function hasPid(child: ChildProcessByStdio<null, Readable, Readable>): child is Child {
  return child.pid !== undefined;
}

async function checkDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw new StartFailure(`The working directory ${path} cannot be used: ${codeOf(error)}.`, {
      cause: error,
    });
  });
  if (!found.isDirectory()) throw new StartFailure(`The working directory ${path} is not a directory.`);
}

function describe(program: string, what: Command, error: unknown): string {
  const code = codeOf(error);
  const where = program.includes('/')
    ? `in ${what.workingDirectory}`
    : `on PATH (${what.environment['PATH']})`;
  if (code === 'ENOENT') return `The command "${program}" was not found ${where}.`;
  if (code === 'EACCES') return `The command "${program}" may not be executed: permission denied.`;
  return `The command "${program}" could not be started: ${error instanceof Error ? error.message : code}.`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
