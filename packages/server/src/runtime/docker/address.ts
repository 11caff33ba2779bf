/** Where a container is reached, and where it listens. */
import type { ContainerInspectInfo } from 'dockerode';
import { allListeners } from '../process/binding.ts';
import { containerPort } from './container.ts';
import type { Engine } from './engine.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Undefined: it has none, because it does not run any more. */
export function addressOf(info: ContainerInspectInfo, reach: Engine['reach']): Address | undefined {
  const { Networks, Ports } = info.NetworkSettings;
  if (reach === 'address') {
    const host = Object.values(Networks).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
    return host ? { host, port: containerPort } : undefined;
  }
  const published = Ports[`${containerPort}/tcp`]?.[0];
  return published ? { host: '127.0.0.1', port: Number(published.HostPort) } : undefined;
}

/** The engine's own name server inside of containers. */
const nameServer = '127.0.0.11';

/**
 * Where the program in a container listens instead of where it must. Empty: it listens there, nowhere at all, or the
 * system does not tell.
 * @param pid of its first process, as this machine knows it
 */
export async function listensElsewhere(pid: number | undefined): Promise<string[]> {
  if (pid === undefined) return [];
  const all = ((await allListeners(pid)) ?? []).filter(({ address }) => address !== nameServer);
  const isRight = all.some(
    ({ address, port }) => port === containerPort && !/^(127\.|\[::1\]$|\[::ffff:127\.)/.test(address),
  );
  return isRight ? [] : all.map(({ address, port }) => `${address}:${port}`);
}
