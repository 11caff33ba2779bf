/** `mooring apps delete <app>`: ends an application and all that belongs to it. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { follow } from '../../deploy/follow.ts';
import { confirm } from '../../output/confirm.ts';
import { printResult } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addAppsDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete an application with its deployment, replicas and clients')
    .argument('<app>', 'name or id of the application')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mooring apps delete weather --yes')
    .action(async (named, { yes }) => {
      using session = await openSession(cli);
      const { id, displayName } = await findApplication(session, named);
      await confirm(cli, { message: `Delete ${displayName} (${id}) and stop all its replicas?`, yes });
      const doing = `Deleting ${displayName}`;
      using progress = startProgress(cli, doing);
      const { workRequestId } = await session.management.applications.delete(id, session);
      await follow(session, { workRequestId, progress, doing });
      progress.done(`${displayName} is deleted`);
      printResult(cli, { id, displayName, lifecycleState: 'DELETED' }, () => []);
    });
}
