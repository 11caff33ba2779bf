/**
 * Who listens where: finds a replica that is reachable from other machines although it must bind loopback
 * only, and one that listens somewhere else than it was told.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { allProcesses } from './proc.ts';

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const listening = '0A';

/** An address other than loopback on which somebody listens at this port, as it stands in a URL. */
export async function widerBind(port: number): Promise<string | undefined> {
  const all = await allListeners();
  if (all === undefined) return await reachableFromOutside(port);
  return all.find((one) => one.port === port && !isLoopback(one.address))?.address;
}

/** Where the processes of a group listen, as `address:port`. Empty where the system does not tell. */
export async function listensAt(group: number): Promise<string[]> {
  const members = (await allProcesses()).filter((one) => one.group === group);
  const sockets = new Set((await Promise.all(members.map(({ pid }) => socketsOf(pid)))).flat());
  const own = ((await allListeners()) ?? []).filter(({ inode }) => sockets.has(inode));
  return own.map(({ address, port }) => `${address}:${port}`);
}

/**
 * Undefined: the system does not tell.
 * @param pid of a process: its network is looked at. Default: the server's own
 */
export async function allListeners(pid?: number): Promise<Listener[] | undefined> {
  const folder = `/proc/${pid ?? 'self'}/net`;
  const [v4, v6] = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`${folder}/${name}`, 'latin1').catch(() => undefined)),
  );
  if (v4 === undefined) return undefined;
  return [...rows(v4), ...rows(v6 ?? '')];
}

function rows(table: string): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const [address, port] = local?.split(':') ?? [];
      if (state !== listening || address === undefined || port === undefined || inode === undefined)
        return [];
      return [{ address: readAddress(address), port: Number.parseInt(port, 16), inode }];
    });
}

/** The kernel prints addresses as 32-bit words in its own byte order, which is little-endian wherever Node runs. */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return `[${new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address}]`;
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\]$|\[::ffff:127\.)/.test(address);
}

/** The same where the system does not tell: tries to get in by the addresses of this machine. */
export async function reachableFromOutside(port: number): Promise<string | undefined> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((one) => !one.internal && one.family === 'IPv4')
    .map((one) => one.address);
  const answers = await Promise.all(addresses.map((host) => accepts(host, port)));
  return addresses.find((_, index) => answers[index]);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const settle = (answer: boolean): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.on('connect', () => settle(true));
    socket.on('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

async function socketsOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
