/** `mooring deploy <app>`: puts a command on this machine into service as an application. */
import { resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { urlOf } from '../access.ts';
import { deploy } from '../deploy/deploy.ts';
import { variablesOf } from '../deploy/environment.ts';
import { splitWords } from '../deploy/words.ts';
import { collect } from '../option.ts';
import { printResult } from '../output/print.ts';
import { startProgress } from '../output/progress.ts';
import { Refusal } from '../refusal.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

const help = `
An application of that name is made when there is none, protected by the embedded identity domain, or with --iam by
the request signatures of registered API keys (mooring keys create NAME --role invoke). Otherwise the
command becomes its new version: it is started, and takes over when it is ready. The command is split into words
at spaces, with quotes and backslashes; no shell reads it. It must listen on $HOST:$PORT and answer GET /ready.
With --mcp-stdio the command is an MCP server that speaks on its standard streams: it is served over WebSocket at /ws
and over Streamable HTTP at /mcp.

Examples:
  mooring deploy weather --command "node server.ts" --cwd ./weather
  mooring deploy everything --mcp-stdio "npx -y @modelcontextprotocol/server-everything"
  mooring deploy bot --command "python3 -m bot" --env MODEL=small --env 'GREETING=good morning'`;

export function addDeploy(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('deploy')
    .description('put a command into service as an application, or a new version of it')
    .argument('<app>', 'name of the application, or the id of one that exists')
    .option('--command <line>', 'program and arguments')
    .option('--mcp-stdio <line>', 'program and arguments of an MCP server on its standard streams')
    .option('--cwd <dir>', 'directory in which it runs', '.')
    .option('--env <name=value>', 'environment variable of the application; repeatable', collect)
    .option('--secret <name=secret>', 'environment variable with the value of a secret; repeatable', collect)
    .option('--iam', 'a new application takes signed requests instead of tokens')
    .option('--no-wait', 'do not wait until it serves')
    .addHelpText('after', help)
    .action(async (name, options) => {
      const command = commandOf(options);
      const workingDirectory = await directoryOf(resolve(cli.cwd, options.cwd));
      using session = await openSession(cli);
      const environment = await variablesOf(session, options);
      const { wait, iam } = options;
      const isMcpStdio = options.mcpStdio !== undefined;
      const request = { name, command, isMcpStdio, workingDirectory, environment, wait, iam };
      using progress = startProgress(cli, `Deploying ${name}`);
      const deployed = await deploy(session, request, progress);
      progress.done(`${deployed.displayName} ${options.wait ? 'serves' : 'is being started'}`);
      const urls = {
        http: urlOf(session, deployed.applicationId, { kind: 'http' }),
        ws: urlOf(session, deployed.applicationId, { kind: 'ws' }),
      };
      printResult(cli, { ...deployed, urls }, () => [deployed.applicationId]);
    });
}

function commandOf({ command, mcpStdio }: { command?: string; mcpStdio?: string }): string[] {
  if ((command === undefined) === (mcpStdio === undefined))
    throw new Refusal('Say what to start, with --command or with --mcp-stdio, not both.', { exit: 'usage' });
  const words = splitWords(command ?? mcpStdio ?? '');
  if (words.length === 0) throw new Refusal('The command is empty.', { exit: 'usage' });
  return words;
}

async function directoryOf(path: string): Promise<string> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory)
    throw new Refusal(`${path} is no directory.`, { exit: 'usage', hint: 'Name one with --cwd.' });
  return path;
}
