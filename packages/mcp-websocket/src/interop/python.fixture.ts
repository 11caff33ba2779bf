/**
 * A Python that has a version of the MCP SDK: the one that a variable of the environment names, or one of our own in
 * node_modules/.cache, made at the first use. Where there is no Python with pip, the reason.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../../../../node_modules/.cache');
export const pythonSdks = {
  'Python SDK v1': {
    version: '1.30.0',
    packages: ['mcp[ws]==1.30.0', 'uvicorn==0.54.0'],
    check: 'import mcp.client.websocket, mcp.server.websocket, uvicorn',
    variable: 'MOORING_TEST_PYTHON',
  },
  'Python SDK v2': {
    version: '2.3.0',
    packages: ['mcp==2.3.0'],
    check: 'from mcp import Client',
    variable: 'MOORING_TEST_PYTHON_V2',
  },
} as const;

export type PythonSdk = keyof typeof pythonSdks;
/** Milliseconds for all of pip's work. */
const patience = 180_000;

export type Python = { readonly path: string } | { readonly missing: string };

export async function findPython(sdk: PythonSdk = 'Python SDK v1'): Promise<Python> {
  const { version, packages, check, variable } = pythonSdks[sdk];
  const given = process.env[variable];
  const path = given ?? join(cache, `mcp-python-${version}/bin/python`);
  try {
    if (given === undefined) await provide(path, packages);
    await run(path, ['-W', 'ignore', '-c', check]);
    return { path };
  } catch (error) {
    const [said] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `no Python with pip that can have ${packages.join(' and ')} (${said})` };
  }
}

/** Made beside its place and moved there when it is whole: its interpreter works wherever it stands. */
async function provide(path: string, packages: readonly string[]): Promise<void> {
  if (await isThere(path)) return;
  const home = join(path, '../..');
  const making = `${home}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', making], { timeout: patience });
    await run(join(making, 'bin/pip'), ['install', '--quiet', '--retries', '1', ...packages], {
      timeout: patience,
    });
    // Whoever else makes one at the same time may be the first.
    await rename(making, home).catch(async (error: unknown) => {
      if (!(await isThere(path))) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
