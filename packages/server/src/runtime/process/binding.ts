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

/**
 * An address other than loopback on which somebody listens at this port, as it stands in a URL. The tables of the
 * system are read only when somebody may: that takes it milliseconds for which an arrival would wait.
 */
export async function widerBind(
  port: number,
  tables: () => Promise<readonly Listener[] | undefined> = allListeners,
): Promise<string | undefined> {
  const outside = addressesOfThisMachine();
  // Nobody listens there alone, whoever listens on all addresses does.
  const inside = process.platform === 'linux' ? ['127.0.0.2', '::1'] : [];
  const answers = await Promise.all([...outside, ...inside].map((host) => knock(host, port)));
  if (answers.every((answer) => answer === 'nobody')) return undefined;
  const all = await tables();
  if (all === undefined) return outside.find((_, index) => answers[index] === 'accepted');
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

function addressesOfThisMachine(): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
    list
      .filter(({ internal }) => !internal)
      .map(({ address }) => (address.startsWith('fe80:') ? `${address}%${name}` : address)),
  );
}

/** Milliseconds. This machine answers itself at once, unless a firewall swallows the question. */
const knockLimit = 1000;

/** Codes of refusals: nobody listens, or there is no such address, or no such family of addresses. */
const refusals: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

function knock(host: string, port: number): Promise<'accepted' | 'nobody' | 'unknown'> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: knockLimit });
    socket.on('connect', () => {
      resolve('accepted');
      socket.destroy();
    });
    socket.on('timeout', () => {
      resolve('unknown');
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(refusals.has(error.code) ? 'nobody' : 'unknown'),
    );
  });
}

async function socketsOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
