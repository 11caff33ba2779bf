/**
 * How a secret's value is kept: AES-256-GCM with a nonce of its own. The secret's id goes in as additional data, so
 * that a sealed value opens nowhere else.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { Random } from '../kit/clock.ts';

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Base64 of nonce, authentication tag and ciphertext. */
export function seal(
  value: string,
  { key, id, random }: { key: KeyObject; id: string; random: Random },
): string {
  const nonce = random(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

/** Undefined: it was sealed with another key or for another id, or was altered. */
export function unseal(sealed: string, { key, id }: { key: KeyObject; id: string }): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, nonceLength);
  const tag = bytes.subarray(nonceLength, nonceLength + tagLength);
  if (tag.length < tagLength) return undefined;
  const cipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength }).setAAD(
    Buffer.from(id),
  );
  cipher.setAuthTag(tag);
  try {
    const text = [cipher.update(bytes.subarray(nonceLength + tagLength)), cipher.final()];
    return Buffer.concat(text).toString('utf8');
  } catch {
    return undefined;
  }
}
