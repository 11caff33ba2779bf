/** Option parsers that commands share. */
import { InvalidArgumentError } from '@commander-js/extra-typings';

/** A repeatable option: the values in their order. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** A whole number within limits. */
export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** Seconds, with a fraction if need be. */
export function seconds(maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a number of seconds from 0 to ${maximum}.`);
  };
}
