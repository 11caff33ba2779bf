/** A point in the past, as people write it: an ISO 8601 time, or how long ago (`90s`, `15m`, `2h`, `7d`). */
import { InvalidArgumentError } from '@commander-js/extra-typings';

const milliseconds = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ISO 8601 in UTC. */
export function since(text: string, now: number = Date.now()): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ago = unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? milliseconds[unit] : undefined;
  const absolute = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const time = ago === undefined ? absolute : now - Number(count) * ago;
  if (Number.isNaN(time) || Math.abs(time) > 8.64e15)
    throw new InvalidArgumentError('It must be a time (ISO 8601), or how long ago: 90s, 15m, 2h, 7d.');
  return new Date(time).toISOString();
}
