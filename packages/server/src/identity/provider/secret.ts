/** Client secrets: 256 random bits, kept as their SHA-256 only (which suffices for a secret of that strength). */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kit/clock.ts';

/** A new secret, safe in a URL and in HTTP Basic. */
export const makeSecret = (random: Random): string => Buffer.from(random(32)).toString('base64url');

export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url');

/** True when this is the secret behind the hash. Takes the same time for every wrong one. */
export function matchesSecret(secret: string, secretHash: string): boolean {
  const actual = Buffer.from(hashSecret(secret));
  const expected = Buffer.from(secretHash);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
