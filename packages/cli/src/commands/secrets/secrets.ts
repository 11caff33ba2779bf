/** `mooring secrets`: values for environment variables that nobody can read back. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addSecretsDelete } from './delete.ts';
import { addSecretsList } from './list.ts';
import { addSecretsSet } from './set.ts';

export function addSecrets(parent: CommandUnknownOpts, cli: Cli): void {
  const secrets = parent
    .command('secrets')
    .description('list, set and delete secrets, which environment variables name with --secret');
  for (const add of [addSecretsList, addSecretsSet, addSecretsDelete]) add(secrets, cli);
}
