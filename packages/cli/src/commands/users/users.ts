/** `mooring users`: the people who sign in at the embedded identity domain. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addUsersCreate } from './create.ts';
import { addUsersDelete } from './delete.ts';
import { addUsersList } from './list.ts';

export function addUsers(parent: CommandUnknownOpts, cli: Cli): void {
  const users = parent
    .command('users')
    .description('list, create and delete the users who sign in at the embedded identity domain');
  for (const add of [addUsersList, addUsersCreate, addUsersDelete]) add(users, cli);
}
