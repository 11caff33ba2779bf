/** Settings of an application as the command line gives them: `name=value`, typed by the contract. */
import { applicationSettings, type ApplicationSettings } from '@mooring/contract';
import { Refusal } from '../../refusal.ts';

/**
 * What is to change.
 * @param old The present settings, which say which names there are and what kind of value they take.
 */
export function parseSettings(
  given: readonly string[],
  old: ApplicationSettings,
): Partial<ApplicationSettings> {
  const changes = Object.fromEntries(given.map((text) => parse(text, old)));
  const result = applicationSettings.partial().safeParse(changes);
  if (result.success) return onlyGiven(result.data, changes);
  const reasons = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Refusal(`A setting is not right: ${reasons.join('; ')}.`, { exit: 'usage' });
}

/** Without the defaults that parsing filled in. */
function onlyGiven(parsed: Partial<ApplicationSettings>, given: object): Partial<ApplicationSettings> {
  const rest = { ...parsed };
  for (const name of applicationSettings.keyof().options) if (!(name in given)) delete rest[name];
  return rest;
}

function parse(text: string, old: ApplicationSettings): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new Refusal(`"${text}" is not of the form name=value.`, { exit: 'usage' });
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const known = Object.entries(old).find(([key]) => key === name);
  if (!known)
    throw new Refusal(`There is no setting "${name}".`, {
      exit: 'usage',
      hint: `There are: ${Object.keys(old).join(', ')}`,
    });
  return [name, valueLike(known[1], name, value)];
}

/** Of the kind that the present value has. */
function valueLike(present: unknown, name: string, value: string): unknown {
  if (Array.isArray(present)) return value.split(',').filter((entry) => entry !== '');
  if (typeof present === 'string') return value;
  if (typeof present === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new Refusal(`The setting ${name} is true or false, not "${value}".`, { exit: 'usage' });
  }
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new Refusal(`The setting ${name} is a number, not "${value}".`, { exit: 'usage' });
}
