/** A server that starts one container, prints its URL and waits to be killed. */
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { Journals } from '../output/journals.ts';
import type { ReplicaSpec } from '../runtime.ts';
import { createDockerRuntime } from './runtime.ts';

const [directory = '', spec = ''] = process.argv.slice(2);
const log = openLog('silent');
const runtime = createDockerRuntime({
  directory,
  journals: new Journals({ directory: join(directory, 'logs'), clock: systemClock, log }),
  clock: systemClock,
  random: systemRandom,
  log,
});
const { signal } = new AbortController();
const parsed: ReplicaSpec = JSON.parse(spec);
const replica = await runtime.start(parsed, { signal });
await replica.ready({ signal });
console.log(`http://${replica.address.host}:${replica.address.port}`);
