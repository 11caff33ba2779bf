/** `mooring apps update <app>`: changes what is said, leaves the rest. */
import {
  applicationSettings,
  isIamApplication,
  type EnvironmentVariable,
  type HostedApplication,
  type UpdateHostedApplicationDetails,
} from '@mooring/contract';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { mergeVariables, variablesOf, type EnvironmentOptions } from '../../deploy/environment.ts';
import { findCompartment } from '../../compartment.ts';
import { follow } from '../../deploy/follow.ts';
import { collect, integer } from '../../option.ts';
import { printResult } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { authOf, saysAuth, scalingOf, type AuthOptions, type ScalingOptions } from './configuration.ts';
import { parseSettings } from './settings.ts';

const help = `
Settings (--set): ${Object.keys(applicationSettings.shape).join(', ')}.
A list is given as its entries with commas between them.

Examples:
  mooring apps update weather --env LOG=debug --unset-env OLD
  mooring apps update weather --set hold=60 --set allowedOrigins=https://app.example.com`;

export function addAppsUpdate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('update')
    .description('change an application')
    .argument('<app>', 'name or id of the application')
    .option('--name <name>', 'another display name')
    .option('--description <text>', 'what it is')
    .option('--domain-url <url>', 'OpenID issuer whose tokens are accepted')
    .option('--audience <text>', 'audience that a token must carry')
    .option('--scope <text>', 'scope that a token must carry')
    .option('--no-auth', 'let anybody call who reaches it')
    .option('--env <name=value>', 'set an environment variable; repeatable', collect)
    .option('--secret <name=secret>', 'set one to the value of a secret; repeatable', collect)
    .option('--unset-env <name>', 'take an environment variable away; repeatable', collect)
    .option('--min-replica <count>', 'fewest replicas', integer(0, 1000))
    .option('--max-replica <count>', 'most replicas', integer(1, 1000))
    .option('--compartment <compartment>', 'move it to another compartment, by name or id')
    .option('--set <name=value>', 'a setting of Mooring; repeatable', collect)
    .addHelpText('after', help)
    .action(async (named, options) => {
      using session = await openSession(cli);
      const { management, signal } = session;
      const { id } = await findApplication(session, named);
      if (isIamApplication(id) && saysAuth(options)) throw signed();
      const application = await management.applications.get(id, { signal });
      const details = detailsOf(application, options, await variablesOf(session, options));
      const settings =
        options.set && parseSettings(options.set, await management.settings.get(id, { signal }));
      const { compartment } = options;
      const target = compartment === undefined ? undefined : await findCompartment(session, compartment);
      if (Object.keys(details).length === 0 && settings === undefined && target === undefined)
        throw new Refusal('Nothing to change was named.', {
          exit: 'usage',
          hint: 'See: mooring apps update --help',
        });
      const doing = `Changing ${application.displayName}`;
      using progress = startProgress(cli, doing);
      if (target) {
        const { workRequestId } = await management.applications.move(id, target.id, { signal });
        await follow(session, { workRequestId, progress, doing });
      }
      if (settings) await management.settings.update(id, settings, { signal });
      if (Object.keys(details).length > 0) {
        const { workRequestId } = await management.applications.update(id, details, { signal });
        await follow(session, { workRequestId, progress, doing });
      }
      progress.done(`${application.displayName} is changed`);
      printResult(cli, await management.applications.get(id, { signal }), () => id);
    });
}

const signed = (): Refusal =>
  new Refusal('The callers of this application sign their requests, for its whole life.', {
    exit: 'usage',
    hint: 'Leave out --domain-url, --audience, --scope and --no-auth, or make another application.',
  });

interface UpdateOptions extends AuthOptions, ScalingOptions, EnvironmentOptions {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly unsetEnv?: readonly string[] | undefined;
}

function detailsOf(
  application: HostedApplication,
  options: UpdateOptions,
  variables: readonly EnvironmentVariable[],
): UpdateHostedApplicationDetails {
  const auth = authOf(options, application.inboundAuthConfig?.idcsConfig ?? undefined);
  const scaling = scalingOf(options, application.scalingConfig);
  const environment = environmentOf(application, options.unsetEnv ?? [], variables);
  return {
    ...(options.name !== undefined && { displayName: options.name }),
    ...(options.description !== undefined && { description: options.description }),
    ...(auth !== undefined && { inboundAuthConfig: auth }),
    ...(scaling !== undefined && { scalingConfig: scaling }),
    ...(environment !== undefined && { environmentVariables: environment }),
  };
}

/** The whole list, since a list in an update replaces the old one; undefined when nothing is said about it. */
function environmentOf(
  { environmentVariables: old = [] }: HostedApplication,
  unsetEnv: readonly string[],
  variables: readonly EnvironmentVariable[],
): UpdateHostedApplicationDetails['environmentVariables'] {
  if (variables.length === 0 && unsetEnv.length === 0) return undefined;
  const missing = unsetEnv.find((name) => !old.some((variable) => variable.name === name));
  if (missing !== undefined)
    throw new Refusal(`The application has no environment variable ${missing}.`, { exit: 'notFound' });
  const kept = old.filter(({ name }) => !unsetEnv.includes(name));
  return mergeVariables(kept, variables);
}
