/** The command line: all commands, and what they share. */
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { addApps } from './commands/apps/apps.ts';
import { addAudit } from './commands/audit.ts';
import { addClients } from './commands/clients/clients.ts';
import { addCompartments } from './commands/compartments/compartments.ts';
import { addConnect } from './commands/connect.ts';
import { addDeploy } from './commands/deploy.ts';
import { addInvoke } from './commands/invoke.ts';
import { addKeys } from './commands/keys/keys.ts';
import { addLogin, addLogout } from './commands/login.ts';
import { addLogs } from './commands/logs.ts';
import { addMcp } from './commands/mcp/mcp.ts';
import { addRegistries } from './commands/registries/registries.ts';
import { addSecrets } from './commands/secrets/secrets.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addToken } from './commands/token.ts';
import { addUrl } from './commands/url.ts';
import { addUsers } from './commands/users/users.ts';
import { exitHelp } from './exit.ts';
import type { Cli, Terminal } from './terminal.ts';
import { version } from './version.ts';

const commands = [
  addServe,
  addLogin,
  addLogout,
  addStatus,
  addApps,
  addDeploy,
  addToken,
  addUrl,
  addInvoke,
  addConnect,
  addMcp,
  addLogs,
  addClients,
  addCompartments,
  addKeys,
  addSecrets,
  addRegistries,
  addUsers,
  addAudit,
] as const;

export function createProgram(terminal: Terminal): CommandUnknownOpts {
  const program = new Command('mooring')
    .description('Host AI applications and invoke them over HTTP and WebSocket')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .option('--json', 'print the result as JSON on stdout')
    .option(
      '--profile <file>',
      'profile of the server (default: MOORING_PROFILE, else .mooring/cli.json upward)',
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .showHelpAfterError('Run it with --help for its options and an example.')
    .exitOverride()
    .addHelpText('after', '\nStart with: npx mooring serve --demo')
    .addHelpText('afterAll', `\n${exitHelp()}`);
  const cli: Cli = {
    ...terminal,
    signal: AbortSignal.any([terminal.interrupted, terminal.outputGone]),
    shared: () => program.opts(),
  };
  for (const add of commands) add(program, cli);
  return program;
}
