/** `mooring apps show <app>`: everything that is configured, with the settings that the OCI service does not have. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addAppsShow(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('show')
    .description('show how an application is configured')
    .argument('<app>', 'name or id of the application')
    .addHelpText('after', '\nThe result is JSON in any case.\n\nExample:\n  mooring apps show weather')
    .action(async (named) => {
      using session = await openSession(cli);
      const { management } = session;
      const { id } = await findApplication(session, named);
      const application = await management.applications.get(id, session);
      const result = { ...application, settings: await management.settings.get(id, session) };
      printResult(cli, result, () => JSON.stringify(result, null, 2));
    });
}
