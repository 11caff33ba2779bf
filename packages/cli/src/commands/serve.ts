/** `mooring serve`: the server, in this process, until it is interrupted. */
import { resolve } from 'node:path';
import { maxWorkers, type ServeOptions } from '@mooring/contract';
import type { RunningServer } from '@mooring/server';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printReady } from '../demo/ready.ts';
import { explain } from '../explain.ts';
import { collect, integer, seconds } from '../option.ts';
import { printError, printNote } from '../output/print.ts';
import { Refusal } from '../refusal.ts';
import { configOf, describe } from '../serve/options.ts';
import type { Cli } from '../terminal.ts';

const help = `
The server stops when it is interrupted (Ctrl-C, SIGTERM): it takes nothing new, lets connections drain and stops all
replicas. A second signal ends it at once. Its profile, <data-dir>/cli.json, is what all other commands read.

Examples:
  mooring serve
  mooring serve --demo
  mooring serve --host 0.0.0.0 --public-url https://apps.example.com --tls-cert chain.pem --tls-key key.pem`;

const port = integer(0, 65_535);

export function addServe(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('serve')
    .description('run the server')
    .option('--data-dir <dir>', describe('dataDir'))
    .option(
      '--database <url>',
      `${describe('database')}; better given as MOORING_DATABASE, which other users do not see`,
    )
    .option('--advertise <host:port>', describe('advertise'))
    .option('--host <address>', describe('host'))
    .option('--port <port>', describe('port'), port)
    .option('--tls-port <port>', describe('tlsPort'), port)
    .option('--manage-port <port>', describe('managePort'), port)
    .option('--manage-tls-port <port>', describe('manageTlsPort'), port)
    .option('--plain-host <address>', describe('plainHost'))
    .option('--workers <count>', describe('workers'), integer(1, maxWorkers))
    .option('--tls-cert <file>', describe('tlsCert'))
    .option('--tls-key <file>', describe('tlsKey'))
    .option('--public-url <url>', `${describe('publicUrl')}; repeatable`, collect)
    .option('--manage-public-url <url>', `${describe('managePublicUrl')}; repeatable`, collect)
    .option('--apps-domain <domain>', describe('appsDomain'))
    .option('--trusted-proxies <cidr>', `${describe('trustedProxies')}; repeatable`, collect)
    .option('--runtime <kind>', describe('runtime'))
    .option('--stop-containers', describe('stopContainers'))
    .option('--allow-processes', describe('allowProcesses'))
    .option('--allow-private-issuers', describe('allowPrivateIssuers'))
    .option('--allow-registration', describe('allowRegistration'))
    .option('--admin-issuer <url>', describe('adminIssuer'))
    .option('--admin-audience <audience>', describe('adminAudience'))
    .option('--admin-claim <name>', describe('adminClaim'))
    .option('--admin-role-map <value=role>', `${describe('adminRoleMap')}; repeatable`, collect)
    .option('--shutdown-grace <seconds>', describe('shutdownGrace'), seconds(3600))
    .option('--open-metrics', describe('openMetrics'))
    .option('--metrics-applications <count>', describe('metricsApplications'), integer(0, 100_000))
    .option(
      '--log-level <level>',
      `${describe('logLevel')}: debug, info, warn, error, silent (default: info, with --demo warn)`,
    )
    .option('--demo', 'deploy examples/weather when there is no application yet, and call it once')
    .option('--once', 'with --demo: exit when that is done, non-zero when a step failed')
    .addHelpText('after', help)
    .action(async ({ demo, once: isOnce, ...flags }) => {
      if (isOnce && !demo) throw new Refusal('--once goes with --demo.', { exit: 'usage' });
      const config = configOf({
        ...flags,
        database: flags.database ?? cli.env['MOORING_DATABASE'],
        secretsKey: cli.env['MOORING_SECRETS_KEY'],
        ...(demo && { logLevel: flags.logLevel ?? 'warn' }),
        ...(isOnce && { stopContainers: true }),
      });
      await serve(cli, absolute(cli, config), { demo: demo === true, once: isOnce === true });
    });
}

/** Paths are meant from the working directory of the command line. */
function absolute(cli: Cli, config: ServeOptions): ServeOptions {
  const from = (path: string | undefined): string | undefined => path && resolve(cli.cwd, path);
  return {
    ...config,
    dataDir: from(config.dataDir),
    tlsCert: from(config.tlsCert),
    tlsKey: from(config.tlsKey),
  };
}

interface Mode {
  readonly demo: boolean;
  readonly once: boolean;
}

async function serve(cli: Cli, config: ServeOptions, mode: Mode): Promise<void> {
  await using server = await start(cli, config);
  if (mode.demo) await demonstrate(cli, server, mode);
  else printReady(cli, { server, stays: true });
  if (mode.once) return;
  await Promise.race([aborted(cli.interrupted), server.stopped]);
  printNote(
    cli,
    'Stopping: connections drain, then the replicas that do not go on without the server are stopped.',
  );
  await server.stop();
  printNote(cli, 'Stopped.');
}

async function start(cli: Cli, config: ServeOptions): Promise<RunningServer> {
  const { startServer } = await import('@mooring/server');
  try {
    printNote(cli, 'Starting the server');
    return await startServer(config);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Locked') throw error;
    throw new Refusal(`${error.message}.`, {
      exit: 'conflict',
      hint: 'A server runs on it already: npx mooring status. Another one needs its own --data-dir and ports.',
      cause: error,
    });
  }
}

/** Whatever goes wrong, the server stays, so that one can look; only `--once` ends it. */
async function demonstrate(cli: Cli, server: RunningServer, { once }: Mode): Promise<void> {
  const { runDemo } = await import('../demo/demo.ts');
  try {
    await runDemo(cli, server, { stays: !once });
  } catch (error) {
    if (once) throw error;
    if (cli.interrupted.aborted) return;
    printError(cli, explain(error));
    printNote(cli, 'The server goes on. Stop it with Ctrl-C.');
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
