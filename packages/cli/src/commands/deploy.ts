/** `mooring deploy <app>`: puts a container image, or a command on this machine, into service as an application. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { toldUrlOf } from '../access.ts';
import { artifactOf } from '../deploy/artifact.ts';
import { deploy } from '../deploy/deploy.ts';
import { variablesOf } from '../deploy/environment.ts';
import { collect, integer } from '../option.ts';
import { printResult } from '../output/print.ts';
import { startProgress } from '../output/progress.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

const help = `
An application of that name is made when there is none, protected by the embedded identity domain, or with --iam by
the request signatures of registered API keys (mooring keys create NAME --role invoke). Otherwise what is given
becomes its new version: it is started, and takes over when it is ready. The command is split into words
at spaces, with quotes and backslashes; no shell reads it. It must listen on $HOST:$PORT and answer GET /ready.
A container must listen on 0.0.0.0:8080; an image that the engine does not have is pulled (mooring registries login).
With --mcp-stdio the command is an MCP server that speaks on its standard streams: it is served over WebSocket at /ws
and over Streamable HTTP at /mcp.

Examples:
  mooring deploy weather --command "node server.ts" --cwd ./weather
  mooring deploy everything --mcp-stdio "npx -y @modelcontextprotocol/server-everything"
  mooring deploy greeter --image registry.example.com/greeter:2 --min 0 --max 5 --scale-on concurrency:10
  mooring deploy bot --command "python3 -m bot" --env MODEL=small --env 'GREETING=good morning'`;

export function addDeploy(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('deploy')
    .description('put an image or a command into service as an application, or a new version of it')
    .argument('<app>', 'name of the application, or the id of one that exists')
    .option('--image <ref>', 'container image, [registry/]name[:tag]')
    .option('--command <line>', 'program and arguments')
    .option('--mcp-stdio <line>', 'program and arguments of an MCP server on its standard streams')
    .option('--cwd <dir>', 'directory in which a command runs (default: this one)')
    .option('--min <n>', 'replicas that run at least; 0: none while nobody calls', integer(0, 1000))
    .option('--max <n>', 'replicas that run at most', integer(1, 1000))
    .option('--scale-on <metric>', 'what decides the number: concurrency:10, rps:50, cpu:70, memory:80')
    .option('--env <name=value>', 'environment variable of the application; repeatable', collect)
    .option('--secret <name=secret>', 'environment variable with the value of a secret; repeatable', collect)
    .option('--iam', 'a new application takes signed requests instead of tokens')
    .option('--no-wait', 'do not wait until it serves')
    .addHelpText('after', help)
    .action(async (name, options) => {
      const artifact = await artifactOf(options, cli.cwd);
      using session = await openSession(cli);
      const environment = await variablesOf(session, options);
      const { wait, iam } = options;
      const request = { name, artifact, environment, scaling: options, wait, iam };
      using progress = startProgress(cli, `Deploying ${name}`);
      const deployed = await deploy(session, request, progress);
      progress.done(`${deployed.displayName} ${options.wait ? 'serves' : 'is being started'}`);
      const urls = {
        http: toldUrlOf(session, deployed.applicationId, { kind: 'http' }),
        ws: toldUrlOf(session, deployed.applicationId, { kind: 'ws' }),
      };
      printResult(cli, { ...deployed, urls }, () => [deployed.applicationId]);
    });
}
