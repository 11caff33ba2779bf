/** The key that seals secrets: given by the operator, or kept in a file of the data directory, made when needed. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Random } from '../kit/clock.ts';
import { replaceFile } from '../kit/write-file.ts';

export const keyLength = 32;

/** Undefined when the file is not there. Throws an Error that says what to do when it holds no key. */
export async function readKey(file: string): Promise<KeyObject | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const key = parseKey(text.trim());
  if (key) return key;
  throw new Error(
    `${file} holds no key: it must be ${keyLength} bytes in base64. Put the right file back from the backup.`,
  );
}

/** Makes a key and keeps it for the next start, readable by the owner only. */
export async function makeKey(file: string, random: Random): Promise<KeyObject> {
  const bytes = Buffer.from(random(keyLength));
  await replaceFile(file, `${bytes.toString('base64')}\n`, 0o600);
  return createSecretKey(bytes);
}

/** Undefined when the text is no key in base64. */
export function parseKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === keyLength && bytes.toString('base64') === text ? createSecretKey(bytes) : undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} could not be read`, { cause: error });
  }
}
