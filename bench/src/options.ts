/** Options: what the bench is asked to do. */
import { parseArgs } from 'node:util';

export const partNames = ['cold', 'control', 'relay', 'workers', 'hosting'] as const;
export type PartName = (typeof partNames)[number];

export const usage = `npm run bench -- [part …] [options]

Parts: ${partNames.join(', ')}. Default: all of them.

  --pairs N          turns that a median is made of. Default 9
  --rows REGEXP      only rows of relay whose names match. Default: all
  --applications N   applications that control makes. Default 10000
  --image IMAGE      cold starts of containers as well, of that image
  --json             one object instead of tables
  --help             this text
`;

export interface Options {
  readonly parts: readonly PartName[];
  readonly pairs: number;
  readonly rows: RegExp;
  readonly applications: number;
  readonly image: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** Throws an error that says what is wrong with them. */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      pairs: { type: 'string', default: '9' },
      rows: { type: 'string', default: '' },
      applications: { type: 'string', default: '10000' },
      image: { type: 'string' },
    },
  });
  return {
    parts: positionals.length === 0 ? partNames : positionals.map(partOf),
    pairs: whole('pairs', values.pairs),
    rows: new RegExp(values.rows),
    applications: whole('applications', values.applications),
    image: values.image,
    json: values.json,
    help: values.help,
  };
}

function partOf(name: string): PartName {
  const part = partNames.find((known) => known === name);
  if (part === undefined)
    throw new Error(`There is no part "${name}"; the parts are ${partNames.join(', ')}.`);
  return part;
}

function whole(name: string, given: string): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0, and not "${given}".`);
}
