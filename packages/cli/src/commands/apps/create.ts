/** `mooring apps create <name>`: an application without a deployment yet. */
import { randomBytes } from 'node:crypto';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { IdcsAuthConfig, InboundAuthConfig } from '@mooring/contract';
import { applicationsNamed } from '../../application.ts';
import { compartmentIdOf } from '../../compartment.ts';
import { createApplication, embeddedAuth } from '../../deploy/create.ts';
import { variablesOf } from '../../deploy/environment.ts';
import { collect, integer } from '../../option.ts';
import { printResult } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { Refusal } from '../../refusal.ts';
import { openSession, type Session } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { authOf, saysAuth, scalingOf, type AuthOptions } from './configuration.ts';

const help = `
Callers need a token of the embedded identity domain unless --domain-url names another issuer.

Examples:
  mooring apps create weather --description "US weather over MCP"
  mooring apps create billing --iam --compartment team-a
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
    .option('--iam', 'take requests that are signed with a registered API key, instead of tokens')
    .option('--compartment <compartment>', 'where it belongs, by name or id; default: the root')
    .option('--same-name', 'although another application has this name')
    .addHelpText('after', help)
    .action(async (name, options) => {
      const scaling = scalingOf(options);
      refuseAuthOfIam(options);
      using session = await openSession(cli);
      const { description, compartment, iam } = options;
      const environment = await variablesOf(session, options);
      const namesakes = await applicationsNamed(session, name);
      if (!options.sameName && namesakes.length > 0) throw alreadyThere(name);
      const compartmentId = await compartmentIdOf(session, compartment);
      const auth = iam ? undefined : await authFor(session, { name, options, namesakes });
      using progress = startProgress(cli, `Making the application ${name}`);
      const wanted = { name, description, environment, scaling, auth, iam, compartmentId, progress };
      const application = await createApplication(session, wanted);
      progress.done(`The application ${name} is there`);
      printResult(cli, application, () => application.id);
    });
}

function refuseAuthOfIam(options: AuthOptions & { readonly iam?: true | undefined }): void {
  if (!options.iam || !saysAuth(options)) return;
  throw new Refusal('--iam goes with none of --domain-url, --audience, --scope, --no-auth.', {
    exit: 'usage',
  });
}

const alreadyThere = (name: string): Refusal =>
  new Refusal(`There is an application "${name}" already.`, {
    exit: 'conflict',
    hint: 'Change it with apps update, or add --same-name to have two.',
  });

interface Wish {
  readonly name: string;
  readonly options: AuthOptions;
  /** Other applications of that name. */
  readonly namesakes: readonly unknown[];
}

async function authFor(session: Session, { name, options, namesakes }: Wish): Promise<InboundAuthConfig> {
  const own = await embeddedAuth(session, name);
  const said = authOf(options, own);
  if (said) return said;
  const idcsConfig = namesakes.length === 0 ? own : { ...own, audience: apart(own) };
  return { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig };
}

/** Two applications of one name cannot share an audience: a token for one would open the other. */
const apart = ({ audience }: IdcsAuthConfig): string => `${audience}:${randomBytes(4).toString('hex')}`;
