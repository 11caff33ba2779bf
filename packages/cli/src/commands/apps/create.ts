/** `mooring apps create <name>`: an application without a deployment yet. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { applicationsNamed } from '../../application.ts';
import { createApplication, embeddedAuth } from '../../deploy/create.ts';
import { variablesOf } from '../../deploy/environment.ts';
import { collect, integer } from '../../option.ts';
import { printResult } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { authOf, scalingOf } from './configuration.ts';

const help = `
Callers need a token of the embedded identity domain unless --domain-url names another issuer.

Examples:
  mooring apps create weather --description "US weather over MCP"
  mooring apps create chat --domain-url https://idp.example.com --audience chat --scope invoke`;

export function addAppsCreate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('create')
    .description('make an application; deploy gives it something to run')
    .argument('<name>', 'letters, digits, "-" and "_"')
    .option('--description <text>', 'what it is')
    .option('--domain-url <url>', 'OpenID issuer whose tokens are accepted')
    .option('--audience <text>', 'audience that a token must carry')
    .option('--scope <text>', 'scope that a token must carry')
    .option('--no-auth', 'let anybody call who reaches it')
    .option('--env <name=value>', 'environment variable; repeatable', collect)
    .option('--secret <name=secret>', 'environment variable with the value of a secret; repeatable', collect)
    .option('--min-replica <count>', 'fewest replicas', integer(0, 1000))
    .option('--max-replica <count>', 'most replicas', integer(1, 1000))
    .option('--same-name', 'although another application has this name')
    .addHelpText('after', help)
    .action(async (name, options) => {
      const scaling = scalingOf(options);
      using session = await openSession(cli);
      const environment = await variablesOf(session, options);
      const configuration = { name, description: options.description, environment, scaling };
      if (!options.sameName && (await applicationsNamed(session, name)).length > 0)
        throw new Refusal(`There is an application "${name}" already.`, {
          exit: 'conflict',
          hint: 'Change it with apps update, or add --same-name to have two.',
        });
      const auth = authOf(options, await embeddedAuth(session, name));
      using progress = startProgress(cli, `Making the application ${name}`);
      const application = await createApplication(session, { ...configuration, auth, progress });
      progress.done(`The application ${name} is there`);
      printResult(cli, application, () => application.id);
    });
}
