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

/** The same, as the registry reads it. */
const accounts = 'ann:$2y$05$3/Do/inrLwCd8sOJjNzbcudOhhi8ZhBHITAau/DJGwcPxWoSLo3JS\n';

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, which engines reach without TLS. */
  readonly host: string;
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
  return {
    host: await listeningAt(registry.stderr),
    [Symbol.asyncDispose]: async () => {
      registry.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
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
