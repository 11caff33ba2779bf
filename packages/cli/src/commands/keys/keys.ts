/** `mooring keys`: the API keys with which OCI's SDKs and command line sign their requests. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addKeysCreate } from './create.ts';
import { addKeysDelete } from './delete.ts';
import { addKeysList } from './list.ts';

export function addKeys(parent: CommandUnknownOpts, cli: Cli): void {
  const keys = parent
    .command('keys')
    .description("list, create and delete API keys for OCI's SDKs and command line");
  for (const add of [addKeysList, addKeysCreate, addKeysDelete]) add(keys, cli);
}
