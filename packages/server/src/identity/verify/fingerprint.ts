/** The fingerprint of an API key as OCI computes it: MD5 of the public key in DER. A name, not a protection. */
import { createHash, type KeyObject } from 'node:crypto';

/** 16 pairs of hexadecimal digits, separated by colons. */
export function fingerprintOf(publicKey: KeyObject): string {
  const digest = createHash('md5')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return digest.match(/../g)?.join(':') ?? '';
}
