/**
 * Ledger: counts by key, in memory that several threads share. Each thread writes its own row, so that what a dead
 * one held can be taken back; everybody reads the sums. It holds a bounded number of keys: what does not fit is
 * not counted.
 */
import { hash } from 'node:crypto';
import type { Clock } from './clock.ts';
import { Lru } from './lru.ts';

/** Structured-cloneable: what threads hand on to share a ledger. */
export interface LedgerMemory {
  readonly buffer: SharedArrayBuffer;
  readonly rows: number;
  readonly sets: number;
  /** Milliseconds after which a key that counts nothing may be forgotten. Infinity: only when it is asked for. */
  readonly keep: number;
}

/** What there is of a key. */
export interface Count {
  /** There now, in all rows. */
  readonly now: number;
  /** There ever; only goes up while the key is kept. */
  readonly total: number;
  /** Milliseconds for which all of them were there, together. */
  readonly busy: number;
}

export interface LedgerOptions {
  /** Of this thread; -1 for one that only reads, forgets and clears. */
  readonly row: number;
  readonly clock: Clock;
}

/** Places in which one key may be. */
const ways = 16;
/** Bytes before the first place; its first word is the lock. */
const header = 64;
/** Words of a place before its rows: three of the key, the sum. */
const words = 4;
/** Numbers of a place before its marks. */
const numbers = 5;
/** Tries before the thread sleeps, and sleeps of 1 ms before it takes the lock from whoever must be dead. */
const spins = 200;
const sleeps = 1000;
const remembered = 4096;
const none: Count = { now: 0, total: 0, busy: 0 };

/** @param given.capacity keys that it holds, about */
export function ledgerMemory(given: { rows: number; capacity: number; keep: number }): LedgerMemory {
  const { rows, keep } = given;
  const sets = Math.ceil(given.capacity / ways);
  return { buffer: new SharedArrayBuffer(header + sets * ways * strideOf(rows)), rows, sets, keep };
}

export class Ledger {
  readonly #memory: LedgerMemory;
  readonly #row: number;
  /** What stands in the lock while it is this one's. */
  readonly #owner: number;
  readonly #clock: Clock;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #keys = new Lru<string, Int32Array>(remembered);

  constructor(memory: LedgerMemory, { row, clock }: LedgerOptions) {
    this.#memory = memory;
    this.#row = row;
    this.#owner = row + 1 || -1;
    this.#clock = clock;
    this.#words = new Int32Array(memory.buffer);
    this.#numbers = new Float64Array(memory.buffer);
  }

  /** How many there are now. */
  at(key: string): number {
    const place = this.#find(key);
    return place === undefined ? 0 : Atomics.load(this.#words, place / 4 + 3);
  }

  read(key: string): Count {
    this.#lock();
    try {
      const place = this.#find(key);
      if (place === undefined) return none;
      this.#turn(place);
      const at = this.#numbersOf(place);
      return {
        now: this.#words[place / 4 + 3] ?? 0,
        total: this.#numbers[at] ?? 0,
        busy: this.#numbers[at + 1] ?? 0,
      };
    } finally {
      this.#unlock();
    }
  }

  /** One more until the returned handle is disposed. Undefined: there are `limit` already. Default: no limit. */
  enter(key: string, limit = Infinity): Disposable | undefined {
    this.#lock();
    try {
      const place = this.#make(key);
      if (place === undefined) return nothing;
      if ((this.#words[place / 4 + 3] ?? 0) >= limit) return undefined;
      this.#add(place, 1);
      this.#bump(place);
      return new Entered(this, place);
    } finally {
      this.#unlock();
    }
  }

  /** One less of those that `enter` counted there: for its handle. */
  leave(place: number): void {
    this.#lock();
    try {
      this.#add(place, -1);
    } finally {
      this.#unlock();
    }
  }

  /** One more that was there, and is gone. */
  pass(key: string): void {
    this.#lock();
    try {
      const place = this.#make(key);
      if (place !== undefined) this.#bump(place);
    } finally {
      this.#unlock();
    }
  }

  /** Takes one from a credit that grows by `rate` a second, up to `rate`. False: it is used up. */
  spend(key: string, rate: number): boolean {
    this.#lock();
    try {
      const place = this.#make(key);
      if (place === undefined) return true;
      const at = this.#numbersOf(place);
      const now = this.#clock.now();
      const earned = (Math.max(0, now - (this.#numbers[at + 4] ?? 0)) / 1000) * rate;
      const credit = Math.min(rate, (this.#numbers[at + 3] ?? 0) + earned);
      this.#numbers[at + 3] = credit < 1 ? credit : credit - 1;
      this.#numbers[at + 4] = now;
      return credit >= 1;
    } finally {
      this.#unlock();
    }
  }

  /** Leaves a number for the other rows to see; 0 takes it back. */
  mark(key: string, value: number): void {
    this.#lock();
    try {
      const place = value === 0 ? this.#find(key) : this.#make(key);
      if (place !== undefined) this.#numbers[this.#numbersOf(place) + numbers + this.#row] = value;
    } finally {
      this.#unlock();
    }
  }

  /** The least mark there is, and whose. Undefined: there is none. */
  least(key: string): { readonly row: number; readonly value: number } | undefined {
    this.#lock();
    try {
      const place = this.#find(key);
      if (place === undefined) return undefined;
      const from = this.#numbersOf(place) + numbers;
      let found: { row: number; value: number } | undefined;
      for (let row = 0; row < this.#memory.rows; row++) {
        const value = this.#numbers[from + row] ?? 0;
        if (value !== 0 && (found === undefined || value < found.value)) found = { row, value };
      }
      return found;
    } finally {
      this.#unlock();
    }
  }

  /** The key may be forgotten as soon as it counts nothing. */
  forget(key: string): void {
    this.#lock();
    try {
      const place = this.#find(key);
      if (place === undefined) return;
      if ((this.#words[place / 4 + 3] ?? 0) === 0) this.#clear(place);
      else this.#numbers[this.#numbersOf(place) + 2] = -Infinity;
    } finally {
      this.#unlock();
    }
  }

  /** Takes back what a thread held that is dead. */
  clearRow(row: number): void {
    // It may have died while it held the lock.
    Atomics.compareExchange(this.#words, 0, row + 1, 0);
    this.#lock();
    try {
      for (let place = header; place < this.#memory.buffer.byteLength; place += strideOf(this.#memory.rows)) {
        const own = place / 4 + words + row;
        const count = this.#words[own] ?? 0;
        if (this.#words[place / 4] === 0) continue;
        this.#numbers[this.#numbersOf(place) + numbers + row] = 0;
        if (count === 0) continue;
        this.#turn(place);
        this.#words[own] = 0;
        Atomics.sub(this.#words, place / 4 + 3, count);
      }
    } finally {
      this.#unlock();
    }
  }

  /** The place of a key; undefined when it has none. */
  #find(key: string): number | undefined {
    const name = this.#keyOf(key);
    const one = name[0];
    const two = name[1];
    const three = name[2];
    const stride = strideOf(this.#memory.rows);
    const first = header + (name[3] ?? 0) * ways * stride;
    for (let place = first; place < first + ways * stride; place += stride) {
      const at = place / 4;
      if (this.#words[at] === one && this.#words[at + 1] === two && this.#words[at + 2] === three)
        return place;
    }
    return undefined;
  }

  /** The place of a key, which it gets if need be. Undefined: there is no room. */
  #make(key: string): number | undefined {
    const found = this.#find(key);
    if (found !== undefined) return found;
    const name = this.#keyOf(key);
    const stride = strideOf(this.#memory.rows);
    const first = header + (name[3] ?? 0) * ways * stride;
    for (let place = first; place < first + ways * stride; place += stride) {
      if (!this.#isFree(place)) continue;
      this.#clear(place);
      this.#words.set(name.subarray(0, 3), place / 4);
      const at = this.#numbersOf(place);
      this.#numbers[at + 2] = this.#clock.now();
      this.#numbers[at + 3] = Infinity;
      return place;
    }
    return undefined;
  }

  #isFree(place: number): boolean {
    if (this.#words[place / 4] === 0) return true;
    const at = this.#numbersOf(place);
    const last = Math.max(this.#numbers[at + 2] ?? 0, this.#numbers[at + 4] ?? 0);
    return this.#words[place / 4 + 3] === 0 && this.#clock.now() - last > this.#memory.keep;
  }

  #clear(place: number): void {
    const stride = strideOf(this.#memory.rows);
    this.#words.fill(0, place / 4, (place + stride) / 4);
  }

  #add(place: number, change: number): void {
    this.#turn(place);
    Atomics.add(this.#words, place / 4 + words + this.#row, change);
    Atomics.add(this.#words, place / 4 + 3, change);
    const isDoomed = this.#numbers[this.#numbersOf(place) + 2] === -Infinity;
    if (isDoomed && this.#words[place / 4 + 3] === 0) this.#clear(place);
  }

  #bump(place: number): void {
    const at = this.#numbersOf(place);
    this.#numbers[at] = (this.#numbers[at] ?? 0) + 1;
  }

  /** Adds up the time since the last look. A clock that is set back takes nothing away. */
  #turn(place: number): void {
    const at = this.#numbersOf(place);
    const since = this.#numbers[at + 2] ?? 0;
    if (since === -Infinity) return;
    const now = this.#clock.now();
    const count = this.#words[place / 4 + 3] ?? 0;
    this.#numbers[at + 1] = (this.#numbers[at + 1] ?? 0) + count * Math.max(0, now - since);
    this.#numbers[at + 2] = now;
  }

  #numbersOf(place: number): number {
    return (place + wordBytes(this.#memory.rows)) / 8;
  }

  #keyOf(key: string): Int32Array {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const digest = hash('sha256', key, 'buffer');
    const set = digest.readUInt32LE(12) % this.#memory.sets;
    // The first word of a place that is free is 0.
    const made = new Int32Array([
      digest.readInt32LE(0) || 1,
      digest.readInt32LE(4),
      digest.readInt32LE(8),
      set,
    ]);
    this.#keys.set(key, made);
    return made;
  }

  /** Not as something to dispose of: each count takes it, and an object each time costs as much as the count. */
  #lock(): void {
    const own = this.#owner;
    for (let attempt = 0; Atomics.compareExchange(this.#words, 0, 0, own) !== 0; attempt++) {
      if (attempt < spins) continue;
      if (attempt > spins + sleeps) {
        Atomics.store(this.#words, 0, own);
        break;
      }
      // Nobody wakes it: it looks again.
      Atomics.wait(this.#words, 0, Atomics.load(this.#words, 0), 1);
    }
  }

  #unlock(): void {
    Atomics.compareExchange(this.#words, 0, this.#owner, 0);
  }
}

class Entered implements Disposable {
  #ledger: Ledger | undefined;
  readonly #place: number;

  constructor(ledger: Ledger, place: number) {
    this.#ledger = ledger;
    this.#place = place;
  }

  [Symbol.dispose](): void {
    this.#ledger?.leave(this.#place);
    this.#ledger = undefined;
  }
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };

const wordBytes = (rows: number): number => Math.ceil(((words + rows) * 4) / 8) * 8;

const strideOf = (rows: number): number => wordBytes(rows) + (numbers + rows) * 8;
