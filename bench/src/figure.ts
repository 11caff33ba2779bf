/** Figures: what the bench measured, each over its repetitions, and the targets that are ratios of such figures. */

/** One measured thing. The smaller `better` is, the better: 'less'; else 'more'. */
export interface Figure {
  readonly name: string;
  /** What was measured: ours or a peer. */
  readonly subject: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How often it was measured. */
  readonly repetitions: number;
}

/** A promise about two figures: the median of the ratios of each pair that was measured one after the other. */
export interface Target {
  readonly name: string;
  readonly ratio: number;
  /** What the ratio has to be, such as `≤ 1.2`. */
  readonly limit: string;
  readonly holds: boolean;
}

/** What a part of the bench found. */
export interface Findings {
  readonly figures: readonly Figure[];
  readonly targets: readonly Target[];
}

/** Median and spread of what was measured. Throws a TypeError when nothing was. */
export function figure(named: Pick<Figure, 'name' | 'subject' | 'unit'>, values: readonly number[]): Figure {
  return { ...named, ...spread(values), repetitions: values.length };
}

export function median(values: readonly number[]): number {
  return spread(values).median;
}

function spread(values: readonly number[]): Pick<Figure, 'median' | 'min' | 'max'> {
  const sorted = values.toSorted((one, other) => one - other);
  const min = sorted[0];
  const middle = sorted[Math.floor(sorted.length / 2)];
  const max = sorted.at(-1);
  if (min === undefined || middle === undefined || max === undefined)
    throw new TypeError('nothing was measured');
  return { median: middle, min, max };
}
