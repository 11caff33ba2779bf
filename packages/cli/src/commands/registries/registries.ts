/** `mooring registries`: the credentials with which images are pulled. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addRegistriesList } from './list.ts';
import { addRegistriesLogin } from './login.ts';
import { addRegistriesLogout } from './logout.ts';

export function addRegistries(parent: CommandUnknownOpts, cli: Cli): void {
  const registries = parent
    .command('registries')
    .description('log in to registries of container images, list them, log out');
  for (const add of [addRegistriesList, addRegistriesLogin, addRegistriesLogout]) add(registries, cli);
}
