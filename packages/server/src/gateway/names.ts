/**
 * Names: under which authorities clients know a listener, and which proxies may speak for them.
 * An address literal is always ours (nobody can rebind it); a host name only when it is loopback's or configured.
 */
import { isIP } from 'node:net';
import { isLoopbackDomain, ownOrigin } from '@mooring/contract';
import ipaddr from 'ipaddr.js';

export interface Names {
  /** Origins under which pages of ours may be loaded. */
  readonly origins: ReadonlySet<string>;
  /** Origins of the application's own host name, the one to tell first; none without a domain for applications. */
  originsOf(applicationId: string): readonly string[];
  /** What stands in front of the domain for applications in a Host header. Undefined: it names no own host. */
  labelOf(host: string): string | undefined;
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
  /** Below it each application has a host name of its own. Default: none has. */
  readonly appsDomain?: string | undefined;
}

/** Throws a TypeError for a network that cannot be read. */
export function createNames({ publicUrls, localUrls, trustedProxies, appsDomain }: NamesOptions): Names {
  const urls = [...publicUrls, ...localUrls];
  const [first] = urls;
  if (first === undefined) throw new TypeError('createNames: at least one URL is needed');
  const hosts = new Set(['localhost', ...urls.map((url) => new URL(url).hostname)]);
  const networks = trustedProxies.map(parseNetwork);
  const publicUrl = first.replace(/\/+$/, '');
  const origins = new Set(urls.map((url) => new URL(url).origin));
  const labelOf = (host: string): string | undefined => {
    if (appsDomain === undefined) return undefined;
    const name = hostname(host);
    if (name === undefined || hosts.has(name)) return undefined;
    const label = name.endsWith(`.${appsDomain}`) ? name.slice(0, -appsDomain.length - 1) : '';
    return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label) ? label : undefined;
  };
  // Without TLS only where nobody but this machine can answer for the name.
  const locals = localUrls.filter((url) => url.startsWith('https:') || isLoopbackDomain(appsDomain ?? ''));
  const originsOf = (applicationId: string): string[] =>
    appsDomain === undefined
      ? []
      : [...publicUrls, ...locals].map((url) => ownOrigin(url, applicationId, appsDomain));
  return {
    origins,
    originsOf,
    labelOf,
    baseFor: ({ proto, host }) => {
      const given = `${proto}://${host.toLowerCase()}`;
      const label = labelOf(host);
      if (label === undefined) return origins.has(given) ? given : publicUrl;
      // A label is what the origins of its application are made of.
      const own = originsOf(label);
      return own.find((origin) => origin === given) ?? own[0] ?? publicUrl;
    },
    knows: (host) => {
      const name = hostname(host);
      if (name === undefined) return false;
      return hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || labelOf(host) !== undefined;
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
