/** The options of `mooring serve` become the server's configuration; its schema is the contract's. */
import { serveConfig, type ServeConfig } from '@mooring/contract';
import { Refusal } from '../refusal.ts';

/** What the contract says about a field, for the help. */
export function describe(field: keyof ServeConfig): string {
  return serveConfig.shape[field].description ?? '';
}

/** Checks the given options by the schema. Refuses with the names of the flags. */
export function configOf(given: Readonly<Record<string, unknown>>): ServeConfig {
  const known = Object.entries(given).filter(
    ([name, value]) => name in serveConfig.shape && value !== undefined,
  );
  const result = serveConfig.safeParse(Object.fromEntries(known));
  if (!result.success)
    throw new Refusal(
      result.error.issues.map(({ path, message }) => `${flagOf(path)}: ${message}`).join('\n'),
      {
        exit: 'usage',
        hint: 'See: mooring serve --help',
      },
    );
  const { tlsCert, tlsKey } = result.data;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new Refusal('--tls-cert and --tls-key go together.', { exit: 'usage' });
  return result.data;
}

/** The key of secrets has no flag: other users of the machine see a command line. */
const flagOf = (path: readonly PropertyKey[]): string =>
  path[0] === 'secretsKey' ? 'MOORING_SECRETS_KEY' : flagNameOf(path);

const flagNameOf = (path: readonly PropertyKey[]): string =>
  `--${String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
