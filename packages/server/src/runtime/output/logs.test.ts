import type { LogLine } from '@mooring/contract';
import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openLog } from '../../observe/log.ts';
import { Journals } from './journals.ts';
import { readLogs } from './logs.ts';

interface Desk extends AsyncDisposable {
  /** Every line is a millisecond later than the one before. */
  readonly journals: Journals;
}

async function openDesk(limits: { maxBytes?: number; keep?: number } = {}): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-logs-'));
  let time = Date.parse('2026-11-22T10:00:00Z');
  const clock = { now: () => time++ };
  return {
    journals: new Journals({ directory, clock, log: openLog('silent'), ...limits }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const { signal } = new AbortController();

async function all(journals: Journals, tail?: number): Promise<string[]> {
  const options = tail === undefined ? { signal } : { signal, tail };
  const lines = await Array.fromAsync(readLogs(journals, 'app', options));
  return lines.map(({ text }) => text);
}

describe('the output of an application', () => {
  test('comes in the order of time across replicas, living and ended', async () => {
    await using desk = await openDesk();
    const first = await desk.journals.open('app', 'first');
    const second = await desk.journals.open('app', 'second');
    for (const text of ['1', '3']) {
      first.write('stdout', text);
      second.write('stdout', String(Number(text) + 1));
    }
    await desk.journals.close('app', 'first');
    assert.deepEqual(await all(desk.journals), ['1', '2', '3', '4']);
    assert.deepEqual(await all(desk.journals, 3), ['2', '3', '4']);
    assert.deepEqual(await all(desk.journals, 0), []);
    await desk.journals.close('app', 'second');
  });

  test('is empty for an application that never ran', async () => {
    await using desk = await openDesk();
    assert.deepEqual(await all(desk.journals), []);
  });

  test('is followed across rotation and into replicas that start later', async () => {
    await using desk = await openDesk({ maxBytes: 300 });
    const first = await desk.journals.open('app', 'first');
    first.write('stdout', 'before');
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { text } of readLogs(desk.journals, 'app', { follow: true, signal: stop.signal })) {
      seen.push(text);
      if (text === 'before') for (let line = 0; line < 50; line++) first.write('stdout', `${line}`);
      if (text === '49') (await desk.journals.open('app', 'second')).write('stderr', 'later');
      if (text === 'later') stop.abort();
    }
    assert.deepEqual(seen, ['before', ...Array.from({ length: 50 }, (_, line) => `${line}`), 'later']);
    for (const id of ['first', 'second']) await desk.journals.close('app', id);
  });

  test('that comes faster than it is read leaves out the oldest lines and tells how many', async () => {
    await using desk = await openDesk();
    const journal = await desk.journals.open('app', 'first');
    journal.write('stdout', 'start');
    const stop = new AbortController();
    const seen: LogLine[] = [];
    for await (const line of readLogs(desk.journals, 'app', { follow: true, signal: stop.signal })) {
      seen.push(line);
      if (line.text === 'start')
        for (let number = 0; number < 10_005; number++) journal.write('stdout', `${number}`);
      if (line.text === '10004') stop.abort();
    }
    assert.deepEqual(
      seen.slice(0, 3).map(({ text }) => text),
      ['start', '5 lines were left out: the reader is too slow.', '5'],
    );
    await desk.journals.close('app', 'first');
  });

  test('is kept for the newest replicas that ended', async () => {
    await using desk = await openDesk({ keep: 2 });
    for (const [minute, id] of ['a', 'b', 'c', 'd'].entries()) {
      const journal = await desk.journals.open('app', id);
      journal.write('stdout', id);
      await desk.journals.close('app', id);
      const ended = new Date(Date.UTC(2026, 10, 22, 10, minute));
      await utimes(desk.journals.path('app', id), ended, ended);
    }
    assert.deepEqual(await all(desk.journals), ['b', 'c', 'd']);
  });
});
