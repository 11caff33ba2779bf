/** Users of the embedded domain, who sign in with a name and a password. */
import { Problem, type Role } from '@mooring/contract';
import type { Clock, Random } from '../../kit/clock.ts';
import type { IdentityStore, UserEntry } from '../store-port.ts';
import { hashPassword } from './password.ts';

export interface UsersOptions {
  readonly store: IdentityStore;
  readonly random: Random;
}

export interface NewUser {
  /** What the user may do with the management API. Default: nothing. */
  readonly role?: Role | undefined;
  /** 1 to 255 visible characters. It becomes the `sub` of the user's tokens. */
  readonly name: string;
  /** 12 to 1024 characters. Default: one is made. */
  readonly password?: string | undefined;
}

/** A user who was made just now; the only answer that ever holds a password. */
export interface CreatedUser extends UserEntry {
  /** Absent: the caller gave one. */
  readonly password?: string;
}

/** Throws a Problem InvalidParameter for an unfit name or password, Conflict when the name is taken. */
export async function createUser(
  { store, random, clock }: UsersOptions & { readonly clock: Clock },
  { name, role, password: given }: NewUser,
): Promise<CreatedUser> {
  if (!/^[^\s\p{C}](?:.{0,253}[^\s\p{C}])?$/u.test(name) || /\p{C}/u.test(name))
    throw new Problem('InvalidParameter', 'A user name has 1 to 255 characters, and no space at its ends.');
  const password = given ?? makePassword(random);
  if (password.length < 12 || password.length > 1024)
    throw new Problem('InvalidParameter', 'A password has 12 to 1024 characters.');
  const added = await store.users.add({ name, role, passwordHash: await hashPassword(password, random) });
  if (!added) throw new Problem('Conflict', `There is a user "${name}" already.`);
  const timeCreated = new Date(clock.now()).toISOString();
  return { name, role, timeCreated, ...(given === undefined && { password }) };
}

const makePassword = (random: Random): string => Buffer.from(random(18)).toString('base64url');

/** The name and password of a user who was made just now. */
export interface UserCredential {
  readonly name: string;
  readonly password: string;
}

/** The user `admin` with its password when it was made just now, or got a new one with `rotate`; else undefined. */
export async function ensureAdminUser(
  { store, random }: UsersOptions,
  { rotate = false }: { rotate?: boolean } = {},
): Promise<UserCredential | undefined> {
  const name = 'admin';
  if (!rotate && (await store.users.get(name))) return undefined;
  const password = makePassword(random);
  const user = { name, role: 'admin', passwordHash: await hashPassword(password, random) } as const;
  if (rotate) await store.users.put(user);
  else if (!(await store.users.add(user))) return undefined;
  return { name, password };
}
