/** A thread that enters and leaves a ledger 10,000 times, and stays once. */
import { workerData } from 'node:worker_threads';
import { Ledger, type LedgerMemory } from './ledger.ts';

const { memory, row }: { memory: LedgerMemory; row: number } = workerData;
const ledger = new Ledger(memory, { row, clock: { now: () => 0 } });
for (let turn = 0; turn < 10_000; turn += 1) ledger.enter('shared')?.[Symbol.dispose]();
ledger.enter('shared');
