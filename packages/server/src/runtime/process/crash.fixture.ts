/** A server that starts one replica, prints its URL and waits to be killed; with a third argument it exits by itself. */
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { Journals } from '../output/journals.ts';
import type { ReplicaSpec } from '../runtime.ts';
import { openProcessRuntime } from './runtime.ts';

const [directory = '', spec = '', mode = 'wait'] = process.argv.slice(2);
const log = openLog('silent');
const runtime = await openProcessRuntime({
  directory,
  journals: new Journals({ directory: join(directory, 'logs'), clock: systemClock, log }),
  random: systemRandom,
  guarded: false,
  log,
});
const { signal } = new AbortController();
const parsed: ReplicaSpec = JSON.parse(spec);
const replica = await runtime.start(parsed, { signal });
await replica.ready({ signal });
console.log(`http://${replica.address.host}:${replica.address.port}`);
if (mode === 'exit') process.exit(1);
