/** `npm run bench`: what Mooring costs on this machine (`--help` has the options). Needs Linux (/proc). */
import { cold } from './cold/cold.ts';
import { control } from './control/control.ts';
import type { Findings } from './figure.ts';
import { hosting } from './hosting/hosting.ts';
import { partNames, readOptions, usage, type Options, type PartName } from './options.ts';
import { relay } from './relay/relay.ts';
import { asJson, asText } from './report.ts';
import { workers } from './workers/workers.ts';

const options = optionsOrExit();
if (process.platform !== 'linux') throw new Error('the bench reads /proc: run it on Linux');

// Programs that are measured end with the bench, however it ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { pairs, rows, image, applications } = options;
const note = (text: string): void => console.error(text);
const { signal } = new AbortController();
const parts: Record<PartName, () => Promise<Findings>> = {
  cold: () => cold({ pairs: Math.max(20, pairs), image, note, signal }),
  control: () => control({ applications, repetitions: 5, signal }),
  relay: () => relay({ pairs, rows, note }),
  workers: () => workers({ pairs, note }),
  hosting: () => hosting({ pairs, note }),
};

const findings: Findings[] = [];
for (const name of partNames) if (options.parts.includes(name)) findings.push(await parts[name]());
const all = {
  figures: findings.flatMap(({ figures }) => figures),
  targets: findings.flatMap(({ targets }) => targets),
};
console.log(options.json ? asJson(all) : asText(all));

function optionsOrExit(): Options {
  try {
    const read = readOptions(process.argv.slice(2));
    if (!read.help) return read;
    console.log(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
  process.exit(0);
}
