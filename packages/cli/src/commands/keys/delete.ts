/** `mooring keys delete <key>`: what it signs is refused from then on. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ApiKey } from '@mooring/contract';
import { confirm } from '../../output/confirm.ts';
import { printNote, printResult } from '../../output/print.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { readIfThere, usualFiles } from './files.ts';

export function addKeysDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete an API key')
    .argument('<key>', 'name, fingerprint or id of the key, see keys list')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mooring keys delete laptop --yes')
    .action(async (named, { yes }) => {
      using session = await openSession(cli);
      const key = find(await session.management.apiKeys.list(session), named);
      await confirm(cli, { message: `Delete the API key ${key.name} (${key.fingerprint})?`, yes });
      await session.management.apiKeys.delete(key.id, session);
      printNote(cli, `The API key ${key.name} is deleted`);
      const { config } = usualFiles(cli, key.name);
      if ((await readIfThere(config))?.includes(key.fingerprint))
        printNote(
          cli,
          `Its profile in ${config} and its private key are left: take them away when nothing needs them`,
        );
      printResult(cli, { id: key.id, deleted: true }, () => []);
    });
}

function find(keys: readonly ApiKey[], named: string): ApiKey {
  const found = keys.filter(({ id, name, fingerprint, keyId }) =>
    [id, name, fingerprint, keyId].includes(named),
  );
  const [key, second] = found;
  if (key === undefined)
    throw new Refusal(`There is no API key "${named}".`, {
      exit: 'notFound',
      hint: 'See: mooring keys list',
    });
  if (second === undefined) return key;
  throw new Refusal(`${found.length} API keys are meant by "${named}".`, {
    exit: 'conflict',
    hint: `Name one by its id:\n${found.map(({ id, name }) => `  ${id}  ${name}`).join('\n')}`,
  });
}
