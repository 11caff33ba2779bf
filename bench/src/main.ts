/**
 * `npm run bench`: what Mooring costs on this machine. `npm run bench -- cold`, `-- control`, `-- relay`,
 * `-- workers` and `-- hosting` run one part;
 * `--json` prints one object; `--pairs`, `--rows` and `--applications` make it longer or shorter; `--image` adds
 * cold starts of containers. Needs Linux (/proc).
 */
import { parseArgs } from 'node:util';
import { cold } from './cold/cold.ts';
import { control } from './control/control.ts';
import type { Findings } from './figure.ts';
import { hosting } from './hosting/hosting.ts';
import { relay } from './relay/relay.ts';
import { asJson, asText } from './report.ts';
import { workers } from './workers/workers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '9' },
    rows: { type: 'string', default: '' },
    applications: { type: 'string', default: '10000' },
    image: { type: 'string' },
  },
});

// Programs that are measured end with the bench, however it ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const over = new AbortController();
const parts: Record<string, () => Promise<Findings>> = {
  cold: () =>
    cold({
      pairs: Math.max(20, whole('pairs')),
      image: values.image,
      note: (text) => console.error(text),
      signal: over.signal,
    }),
  control: () => control({ applications: whole('applications'), repetitions: 5, signal: over.signal }),
  relay: () =>
    relay({ pairs: whole('pairs'), rows: new RegExp(values.rows), note: (text) => console.error(text) }),
  workers: () => workers({ pairs: whole('pairs'), note: (text) => console.error(text) }),
  hosting: () => hosting({ pairs: whole('pairs'), note: (text) => console.error(text) }),
};

/** A number above 0 that was given, or the default. */
function whole(name: 'pairs' | 'applications'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`--${name} must be a whole number above 0`);
}

const unknown = positionals.filter((name) => !(name in parts));
if (process.platform !== 'linux') throw new Error('the bench reads /proc: run it on Linux');
if (unknown.length > 0)
  throw new TypeError(`there is no part "${unknown[0]}"; the parts are ${Object.keys(parts).join(', ')}`);

const findings: Findings[] = [];
for (const [name, run] of Object.entries(parts))
  if (positionals.length === 0 || positionals.includes(name)) findings.push(await run());
const all = {
  figures: findings.flatMap(({ figures }) => figures),
  targets: findings.flatMap(({ targets }) => targets),
};
console.log(values.json ? asJson(all) : asText(all));
