/** The data directory: made private at first start, and locked for as long as a server uses it. */
import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lockDirectory } from './lock.ts';

export interface DataDirectory extends Disposable {
  readonly path: string;
  /** Absolute path of a file or folder in it. */
  file(name: string): string;
  /** The same, as a folder that exists. */
  folder(name: string): Promise<string>;
}

/** Throws Locked when another server uses it, or an Error that says what could not be made. */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = resolve(directory);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The data directory ${path} could not be made, or not be made private: ${why}. Choose another with --data-dir.`,
      { cause },
    );
  }
  const lock = lockDirectory(path);
  return {
    path,
    file: (name) => join(path, name),
    folder: async (name) => {
      await mkdir(join(path, name), { recursive: true, mode: 0o700 });
      return join(path, name);
    },
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
}
