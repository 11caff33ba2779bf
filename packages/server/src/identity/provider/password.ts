/** Passwords of users: kept as scrypt hashes (RFC 7914) with their own salt and cost, `scrypt$log2(N)$r$p$salt$hash`. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kit/clock.ts';

export interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about a quarter of a second (OWASP's password storage advice). */
const defaultCost: Cost = { log2N: 15, r: 8, p: 3 };

const pattern = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

export async function hashPassword(password: string, random: Random, cost = defaultCost): Promise<string> {
  const salt = Buffer.from(random(16));
  const key = await derive(password, salt, cost);
  const { log2N, r, p } = cost;
  return ['scrypt', log2N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** True when this is the password behind the hash. Without a hash it takes as long and is false. */
export async function matchesPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const [, log2N, r, p, salt, key] = pattern.exec(passwordHash ?? '') ?? [];
  const known = log2N !== undefined;
  const used = known ? { log2N: Number(log2N), r: Number(r), p: Number(p) } : defaultCost;
  const actual = await derive(password, Buffer.from(salt ?? '', 'base64url'), used);
  const expected = Buffer.from(key ?? '', 'base64url');
  return known && actual.length === expected.length && timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options = { N, r, p, maxmem: 256 * r * (N + p) };
  return new Promise((resolve, reject) => {
    // The same password typed on another keyboard may arrive in another Unicode form (RFC 8265).
    scrypt(password.normalize('NFC'), salt, 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
