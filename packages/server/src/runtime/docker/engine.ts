/** An engine that answers: what can be asked of it, and what is known about it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { Place } from './find.ts';
import { within } from './within.ts';

export interface Engine {
  readonly docker: Docker;
  readonly place: Place;
  /** As images name it: `linux/amd64`. */
  readonly platform: string;
  /** `address`: containers are reached at their own address; `published`: at a port of this machine's loopback. */
  readonly reach: 'address' | 'published';
  readonly cpus: number;
  /** True when it can put a small first process into containers that passes signals on and reaps. */
  readonly hasInit: boolean;
}

const information = z.looseObject({
  NCPU: z.number().default(1),
  OperatingSystem: z.string().default(''),
  SecurityOptions: z.array(z.string()).nullish(),
  InitBinary: z.string().default(''),
});
const versions = z.looseObject({
  Os: z.string(),
  Arch: z.string(),
  Components: z.array(z.looseObject({ Name: z.string() })).nullish(),
});
/** What Podman says in its own words. */
const podmanInformation = z.looseObject({
  host: z.looseObject({ security: z.looseObject({ rootless: z.boolean() }) }),
});

/** Asks it who it is. Throws when it does not answer. */
export async function openEngine(place: Place): Promise<Engine> {
  const docker = await connect(place);
  const [info, version] = await Promise.all([
    within(async () => information.parse(await docker.info())),
    within(async () => versions.parse(await docker.version())),
  ]);
  const isPodman = version.Components?.some(({ Name }) => Name === 'Podman Engine') === true;
  const isRootless =
    info.SecurityOptions?.some((option) => option.includes('rootless')) === true ||
    (isPodman && (await isRootlessPodman(docker)));
  return {
    docker,
    place,
    platform: `${version.Os}/${version.Arch}`,
    reach: isRootless ? 'published' : reachOf(place, info),
    cpus: info.NCPU,
    hasInit: info.InitBinary !== '',
  };
}

const elsewhere =
  'it is on another machine, where its containers cannot be reached: run Mooring there, or forward its socket';

async function connect({ url, certificates }: Place): Promise<Docker> {
  const { default: Engine } = await import('dockerode');
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol === 'unix:') return new Engine({ socketPath: decodeURIComponent(pathname) });
  if (protocol === 'tcp:' || protocol === 'http:' || protocol === 'https:') {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (!/^(localhost|127\..*|::1)$/.test(host)) throw new Error(elsewhere);
    if (certificates === undefined) return new Engine({ host, port: port || 2375, protocol: 'http' });
    const names = ['ca.pem', 'cert.pem', 'key.pem'];
    const [ca, cert, key] = await Promise.all(names.map((name) => readFile(join(certificates, name))));
    return new Engine({ host, port: port || 2376, protocol: 'https', ca, cert, key });
  }
  throw new Error(
    `an engine at ${url} cannot be used: give a unix:// or tcp:// address in DOCKER_HOST, over ssh forward its socket`,
  );
}

/** Only an engine that shares this machine's network, with its rights, gives containers addresses that are reached. */
function reachOf({ url }: Place, info: z.infer<typeof information>): Engine['reach'] {
  const isLocal = process.platform === 'linux' && url.startsWith('unix:');
  return isLocal && info.OperatingSystem !== 'Docker Desktop' ? 'address' : 'published';
}

/** Podman 4 does not tell it as Docker does. An answer that is not understood is a no. */
async function isRootlessPodman({ modem }: Docker): Promise<boolean> {
  const answer = await within(
    () =>
      new Promise<unknown>((resolve, reject) => {
        modem.dial(
          { path: '/v4.0.0/libpod/info', method: 'GET', statusCodes: { 200: true } },
          (error: unknown, data: unknown) => {
            if (error === null || error === undefined) resolve(data);
            else reject(new Error('Podman does not say', { cause: error }));
          },
        );
      }),
  ).catch(() => undefined);
  return podmanInformation.safeParse(answer).data?.host.security.rootless === true;
}
