/**
 * Names: under which authorities clients know a listener, and which proxies may speak for them.
 * An address literal is always ours (nobody can rebind it); a host name only when it is loopback's or configured.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Names {
  /** Origins under which pages of ours may be loaded. */
  readonly origins: ReadonlySet<string>;
  /** Base URL as the client spelled it, when it is one of ours; else the public one. */
  baseFor(peer: { readonly proto: string; readonly host: string }): string;
  /** True when a Host header (with or without port) names this listener. */
  knows(host: string): boolean;
  /** True when X-Forwarded-* from this address is believed. */
  trusts(address: string): boolean;
}

export interface NamesOptions {
  /** The first one is used in metadata for a client that came by a name of none of them. */
  readonly publicUrls: readonly string[];
  /** Base URLs that the listeners answer without any configuration. */
  readonly localUrls: readonly string[];
  /** CIDR networks or single addresses. */
  readonly trustedProxies: readonly string[];
}

/** Throws a TypeError for a network that cannot be read. */
export function createNames({ publicUrls, localUrls, trustedProxies }: NamesOptions): Names {
  const urls = [...publicUrls, ...localUrls];
  const [first] = urls;
  if (first === undefined) throw new TypeError('createNames: at least one URL is needed');
  const hosts = new Set(['localhost', ...urls.map((url) => new URL(url).hostname)]);
  const networks = trustedProxies.map(parseNetwork);
  const publicUrl = first.replace(/\/+$/, '');
  const origins = new Set(urls.map((url) => new URL(url).origin));
  return {
    origins,
    baseFor: ({ proto, host }) => (origins.has(`${proto}://${host}`) ? `${proto}://${host}` : publicUrl),
    knows: (host) => {
      const name = hostname(host);
      return name !== undefined && (hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0);
    },
    trusts: (address) => networks.length > 0 && isIP(address) !== 0 && isWithin(address, networks),
  };
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

function parseNetwork(text: string): Network {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    throw new TypeError(`"${text}" is not a network; write it like 10.0.0.0/8 or 192.168.1.7`, { cause });
  }
}

function isWithin(address: string, networks: readonly Network[]): boolean {
  const parsed = ipaddr.process(address);
  return networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network));
}

/** The name in a Host header, lower case, without its port. Undefined when it is not one. */
function hostname(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1];
}
