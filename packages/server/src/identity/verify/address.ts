/**
 * Which network addresses an issuer may have. Everything that is not publicly routable (loopback, private,
 * link-local, carrier NAT, documentation, multicast …) is refused, also in its IPv6 disguises.
 */
import ipaddr from 'ipaddr.js';

const disguises = new Set(['ipv4Mapped', 'rfc6052']);

/** True when the text is an IP address that belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (parsed.kind() === 'ipv4') return range === 'unicast';
  const bytes = parsed.toByteArray();
  if (disguises.has(range)) return isPublicAddress(bytes.slice(12).join('.'));
  // Global unicast is 2000::/3 (RFC 4291 section 2.4); ipaddr.js calls every unnamed range "unicast".
  return range === 'unicast' && ((bytes[0] ?? 0) & 0xe0) === 0x20;
}
