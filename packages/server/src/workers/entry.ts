/** Entry: what a worker thread runs. It takes connections until it is told to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLog } from '../observe/log.ts';
import { composeWorker } from './compose.ts';
import type { Start } from './protocol.ts';

if (parentPort === null) throw new TypeError('workers/entry: this is for a worker thread');
const start: Start = workerData;
const log = openLog(start.logLevel);
await composeWorker(start, {
  port: parentPort,
  log: log.child({ worker: start.row + 1 }),
  stopped: () => log.flush(() => process.exit(0)),
});
