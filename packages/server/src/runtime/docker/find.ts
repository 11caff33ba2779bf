/**
 * Finds the container engine as the docker command does: DOCKER_HOST, then the context that is chosen, then the
 * sockets that Docker and Podman make.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an engine is, `unix:///path` or `tcp://host:port`, and how it is known. */
export interface Place {
  readonly url: string;
  /** What named it: `DOCKER_HOST`, `the context colima`, `the default socket`. */
  readonly by: string;
  /** Folder with ca.pem, cert.pem and key.pem. Undefined: no TLS. */
  readonly certificates?: string | undefined;
}

const dockerConfig = z.looseObject({ currentContext: z.string().optional() });
const contextMeta = z.looseObject({
  Endpoints: z.looseObject({ docker: z.looseObject({ Host: z.string().min(1) }) }),
});

/** Folder of the docker command's configuration. */
export function configFolder(environment: Environment): string {
  return environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? homedir(), '.docker');
}

/** Throws an Error that says what to do when the context that is chosen cannot be read. */
export async function findEngine(environment: Environment): Promise<Place> {
  const host = environment['DOCKER_HOST'];
  if (host) return { url: host, by: 'DOCKER_HOST', certificates: certificatesOf(environment) };
  const context = environment['DOCKER_CONTEXT'] ?? (await chosenContext(environment));
  if (context && context !== 'default') return await readContext(context, environment);
  const sockets = defaultSockets(environment);
  const found = sockets.find((path) => existsSync(path)) ?? sockets[0] ?? '/var/run/docker.sock';
  return { url: `unix://${found}`, by: 'the default socket' };
}

function certificatesOf(environment: Environment): string | undefined {
  if (!environment['DOCKER_TLS_VERIFY'] && !environment['DOCKER_CERT_PATH']) return undefined;
  return environment['DOCKER_CERT_PATH'] ?? configFolder(environment);
}

async function chosenContext(environment: Environment): Promise<string | undefined> {
  try {
    const text = await readFile(join(configFolder(environment), 'config.json'), 'utf8');
    return dockerConfig.parse(JSON.parse(text)).currentContext;
  } catch {
    return undefined;
  }
}

async function readContext(name: string, environment: Environment): Promise<Place> {
  const id = createHash('sha256').update(name).digest('hex');
  const folder = configFolder(environment);
  const path = join(folder, 'contexts', 'meta', id, 'meta.json');
  try {
    const { Endpoints } = contextMeta.parse(JSON.parse(await readFile(path, 'utf8')));
    const certificates = join(folder, 'contexts', 'tls', id, 'docker');
    return {
      url: Endpoints.docker.Host,
      by: `the context ${name}`,
      certificates: existsSync(certificates) ? certificates : undefined,
    };
  } catch (cause) {
    throw new Error(
      `The docker context ${name} cannot be read from ${path}. Choose another with docker context use, or set DOCKER_HOST.`,
      { cause },
    );
  }
}

/** Docker, Docker without root, Docker Desktop, then Podman without root and with. */
function defaultSockets(environment: Environment): string[] {
  const runtime = environment['XDG_RUNTIME_DIR'];
  const home = environment['HOME'] ?? homedir();
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.docker', 'run', 'docker.sock'),
    ...(runtime ? [join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
}
