/** `mooring apps`: the hosted applications. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addAppsCreate } from './create.ts';
import { addAppsDelete } from './delete.ts';
import { addAppsList } from './list.ts';
import { addAppsShow } from './show.ts';
import { addAppsUpdate } from './update.ts';

export function addApps(parent: CommandUnknownOpts, cli: Cli): void {
  const apps = parent.command('apps').description('list, show, create, update and delete applications');
  for (const add of [addAppsList, addAppsShow, addAppsCreate, addAppsUpdate, addAppsDelete]) add(apps, cli);
}
