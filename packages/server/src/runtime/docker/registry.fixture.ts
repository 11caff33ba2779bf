/** A real registry with a password, for tests: Debian's docker-registry on a port of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = '/usr/bin/docker-registry';

/** Undefined: it is there. */
export const registryMissing = existsSync(program)
  ? undefined
  : 'no docker-registry here: apt-get install docker-registry';

/** Who may push and pull. */
export const account = { username: 'ann', password: 'right' };

/** One image of a name that stands for several. */
export interface Manifest {
  readonly digest: string;
  readonly size: number;
  /** `os/architecture` */
  readonly platform: string;
}

/** The same, as the registry reads it. */
const accounts = 'ann:$2y$05$3/Do/inrLwCd8sOJjNzbcudOhhi8ZhBHITAau/DJGwcPxWoSLo3JS\n';

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, which engines reach without TLS. */
  readonly host: string;
  /** What is under that tag of `team/nothing`. */
  describe(tag: string): Promise<Omit<Manifest, 'platform'>>;
  /** From now on the tag of `team/nothing` stands for all of these. */
  index(tag: string, manifests: readonly Manifest[]): Promise<void>;
}

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-registry-'));
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: '127.0.0.1:0' },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'accounts') } },
  };
  await writeFile(join(folder, 'accounts'), accounts);
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const registry = spawn(program, ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(registry, 'exit');
  const host = await listeningAt(registry.stderr);
  return {
    host,
    describe: async (tag) => {
      const answer = await ask(host, tag, { headers: { accept: kinds.manifest } });
      const size = (await answer.arrayBuffer()).byteLength;
      return { digest: answer.headers.get('docker-content-digest') ?? '', size };
    },
    index: async (tag, manifests) => {
      const listed = manifests.map(({ digest, size, platform }) => {
        const [os, architecture] = platform.split('/');
        return { mediaType: kinds.manifest, digest, size, platform: { os, architecture } };
      });
      const body = JSON.stringify({ schemaVersion: 2, mediaType: kinds.list, manifests: listed });
      await ask(host, tag, { method: 'PUT', headers: { 'content-type': kinds.list }, body });
    },
    [Symbol.asyncDispose]: async () => {
      registry.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of the Docker registry's HTTP API, version 2. */
const kinds = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
};

async function ask(
  host: string,
  tag: string,
  { headers, ...rest }: { method?: string; headers: Record<string, string>; body?: string },
): Promise<Response> {
  const secret = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  const authorization = `Basic ${secret}`;
  const url = `http://${host}/v2/team/nothing/manifests/${tag}`;
  const answer = await fetch(url, { ...rest, headers: { ...headers, authorization } });
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

function listeningAt(output: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines = createInterface({ input: output });
  lines.on('line', (line) => {
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host !== undefined) resolve(host);
  });
  lines.on('close', () => reject(new Error('the registry ended before it listened')));
  return promise;
}
