import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Problem } from '@mooring/contract';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openStore } from '../store/open.ts';
import type { Secrets } from '../store/secrets.ts';
import { openVault, WrongKey, type Vault } from './vault.ts';

interface Place extends AsyncDisposable {
  readonly file: string;
  readonly secrets: Secrets;
  open(given?: string): Promise<Vault>;
}

async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-test-'));
  const store = await openStore({ path: ':memory:', clock, random });
  const file = join(folder, 'secrets.key');
  const { secrets } = store;
  return {
    file,
    secrets,
    open: (given) => openVault({ secrets, file, given, random }),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Returns its id. */
async function keep({ secrets }: Place, vault: Vault, value: string): Promise<string> {
  const seal = await vault.sealer(secrets);
  const made = await secrets.create({ name: value, compartmentId: 'c', seal: (id) => seal(value, id) });
  assert.ok(made);
  return made.id;
}

const otherKey = Buffer.alloc(32, 9).toString('base64');

describe('the vault', () => {
  it('makes its key at the first start, for the owner only, and finds its secrets at the next', async () => {
    await using place = await openPlace();
    const id = await keep(place, await place.open(), 'one');
    assert.equal((await stat(place.file)).mode & 0o777, 0o600);
    const key = (await readFile(place.file, 'utf8')).trim();
    assert.equal(Buffer.from(key, 'base64').length, 32);
    const again = await place.open();
    assert.equal(await again.open(id), 'one');
    assert.equal(await again.open('nothing'), undefined);
    const given = await place.open(key);
    assert.equal(await given.open(id), 'one');
  });

  it('writes no file when the key is given', async () => {
    await using place = await openPlace();
    await keep(place, await place.open(otherKey), 'one');
    await assert.rejects(stat(place.file), /ENOENT/);
  });

  it('does not open without the key of its secrets, and makes no other', async () => {
    await using place = await openPlace();
    await keep(place, await place.open(), 'one');
    await rm(place.file);
    await assert.rejects(place.open(), /key .* is not here\. Put it back as .*secrets\.key/);
    await assert.rejects(stat(place.file), /ENOENT/);
  });

  it('does not open with another key, and says where that one came from', async () => {
    await using place = await openPlace();
    await keep(place, await place.open(), 'one');
    await assert.rejects(place.open(otherKey), /The key in MOORING_SECRETS_KEY is not the one/);
    await writeFile(place.file, otherKey);
    await assert.rejects(place.open(), /The key in .*secrets\.key is not the one/);
  });

  it('does not open with a file that holds no key', async () => {
    await using place = await openPlace();
    for (const text of ['', 'abc', Buffer.alloc(31).toString('base64'), '?'.repeat(44)]) {
      await writeFile(place.file, text);
      await assert.rejects(place.open(), /holds no key: it must be 32 bytes in base64/, text);
    }
  });

  it('of a server that came by another key adds nothing to the secrets that are there, and opens none', async () => {
    await using place = await openPlace();
    const late = await place.open(otherKey);
    const id = await keep(place, await place.open(), 'one');
    await assert.rejects(
      late.sealer(place.secrets),
      (error) =>
        error instanceof Problem && error.code === 'Conflict' && /another secrets key/.test(error.message),
    );
    await assert.rejects(late.open(id), WrongKey);
  });
});
