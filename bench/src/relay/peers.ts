/** nginx and HAProxy, where they are installed: started with the configuration in bench/peers. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageOf, type Subject } from '../subject.ts';
import { answers, freePort } from './listen.ts';

export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly start: (options: PeerOptions) => Promise<Subject>;
}

export interface PeerOptions {
  /** Port of the echo server. */
  readonly echo: number;
  /** For its files; holds `both.pem`, certificate and key. */
  readonly directory: string;
}

interface Program {
  readonly command: string;
  readonly ask: string;
  readonly configuration: string;
  readonly flags: (file: string, directory: string) => string[];
}

const programs: Record<string, Program> = {
  HAProxy: {
    command: 'haproxy',
    ask: '-v',
    configuration: 'haproxy.cfg',
    flags: (file) => ['-db', '-f', file],
  },
  nginx: {
    command: 'nginx',
    ask: '-v',
    configuration: 'nginx.conf',
    flags: (file, directory) => ['-p', directory, '-c', file, '-e', 'stderr'],
  },
};

/** Those that are installed. `missing` is told of the others. */
export function findPeers(missing: (reason: string) => void): Peer[] {
  return Object.entries(programs).flatMap(([name, program]) => {
    const { stdout, stderr, error } = spawnSync(program.command, [program.ask], { encoding: 'utf8' });
    const version = /\d+\.\d+[.\d]*/.exec(stdout || stderr || '')?.[0];
    if (error === undefined && version !== undefined)
      return [{ name, version, start: (options) => start(name, program, options) }];
    missing(
      `${name} is left out: there is no program "${program.command}" (Debian: apt-get install ${program.command})`,
    );
    return [];
  });
}

async function start(name: string, program: Program, { echo, directory }: PeerOptions): Promise<Subject> {
  const own = join(directory, name);
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'both.pem'), await readFile(join(directory, 'both.pem')), { mode: 0o600 });
  const [plain, tls] = [await freePort(), await freePort()];
  const values: Record<string, string | number> = { plain, tls, echo, directory: own };
  const template = await readFile(new URL(`../../peers/${program.configuration}`, import.meta.url), 'utf8');
  const file = join(own, program.configuration);
  await writeFile(
    file,
    template.replace(/@(plain|tls|echo|directory)@/g, (_, key: string) => String(values[key])),
  );
  const child = spawn(program.command, program.flags(file, own), { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'exit');
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  await answers(plain, () => child.exitCode !== null);
  return {
    port: plain,
    tlsPort: tls,
    ...usageOf(child.pid),
    [Symbol.asyncDispose]: async () => {
      process.off('exit', end);
      end();
      await gone;
    },
  };
}
