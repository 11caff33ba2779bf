/** The ready block: what is where, and the commands to go on with. */
import { resolve } from 'node:path';
import type { RunningServer } from '@mooring/server';
import { endpointUrl } from '@mooring/client';
import { paint, printResult } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { findProfile } from '../profile.ts';
import type { Cli } from '../terminal.ts';

export interface Ready {
  readonly server: RunningServer;
  /** False when the server stops now. */
  readonly stays: boolean;
  /** Of the example, when it is there. */
  readonly applicationId?: string | undefined;
  /** Goes into the result of `--json`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export function printReady(cli: Cli, { server, stays, applicationId, extra }: Ready): void {
  const tookSeconds = Math.round(cli.elapsed() / 100) / 10;
  const { urls, profilePath } = server;
  const endpoints = applicationId === undefined ? undefined : endpointsOf(server, applicationId);
  const result = {
    ready: true,
    tookSeconds,
    urls,
    profilePath,
    applicationId,
    endpoints,
    ...extra,
  };
  if (cli.shared().json) return printResult(cli, result, () => []);
  const bold = paint(cli, 'stdout', 'bold');
  const rows = [
    ...addressRows(server, applicationId, endpoints),
    [],
    ...commandRows(cli, { server, applicationId }),
  ];
  const text = [
    '',
    bold(`Ready, ${tookSeconds} s after the start.`),
    '',
    ...rows.map(([label = '', value = '']) => `  ${label.padEnd(18)} ${printable(value)}`.trimEnd()),
    '',
    stays ? 'Stop with Ctrl-C.' : 'That was all: stopping.',
    '',
  ];
  cli.stdout.write(text.join('\n'));
}

interface Endpoints {
  readonly http: string;
  readonly ws: string;
}

function endpointsOf({ profile }: RunningServer, applicationId: string): Endpoints {
  return {
    http: endpointUrl(profile.applicationsUrl, applicationId, { kind: 'http' }),
    ws: endpointUrl(profile.applicationsUrl, applicationId, { kind: 'ws', path: '/ws' }),
  };
}

function addressRows(
  { urls }: RunningServer,
  applicationId: string | undefined,
  endpoints: Endpoints | undefined,
): string[][] {
  const management = ['management', `${urls.management}  (plain ${urls.managementPlain})`];
  if (!endpoints || applicationId === undefined)
    return [['applications', `${urls.applications}  (plain ${urls.applicationsPlain})`], management];
  return [
    ['application', `weather  ${applicationId}`],
    ['HTTP', endpoints.http],
    ['WebSocket (MCP)', endpoints.ws],
    management,
  ];
}

function commandRows(
  cli: Cli,
  { server, applicationId }: Pick<Ready, 'server' | 'applicationId'>,
): string[][] {
  const mooring = (rest: string): string => `npx mooring ${rest}${profileOption(cli, server)}`;
  if (applicationId === undefined)
    return [
      ['how it is', mooring('status')],
      ['host something', mooring('deploy NAME --command "node server.ts" --cwd DIR')],
    ];
  return [
    ['get a token', mooring('token weather')],
    ['call a tool', mooring('mcp call weather get-alerts state=CA')],
    ['connect live', mooring('connect weather /ws --subprotocol mcp')],
    ['send a request', mooring('invoke weather /health')],
  ];
}

/** Nothing when the commands find the profile by themselves. */
function profileOption(cli: Cli, { profilePath }: RunningServer): string {
  const found = findProfile({ cwd: cli.cwd, named: cli.env['MOORING_PROFILE'] });
  return found === resolve(profilePath) ? '' : ` --profile ${profilePath}`;
}
