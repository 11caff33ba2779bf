/** `mooring status [app]`: how the server and its applications are. */
import { RequestFailed } from '@mooring/client';
import type { ApplicationStatus, ScalingStatus, ServerStatus } from '@mooring/contract';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../application.ts';
import { printResult } from '../output/print.ts';
import { table } from '../output/table.ts';
import { openSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function addStatus(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('status')
    .description('show how the server, or one application, is')
    .argument('[app]', 'name or id of an application')
    .addHelpText('after', '\nExample:\n  mooring status weather')
    .action(async (named) => {
      using session = await openSession(cli);
      const { management } = session;
      if (named === undefined) {
        const status = await management.status.server(session);
        return printResult(cli, status, () => serverLines(status));
      }
      const { id } = await findApplication(session, named);
      const [status, scaling] = await Promise.all([
        management.status.application(id, session),
        management.status.scaling(id, session).catch(unlessUnknown),
      ]);
      const all = { ...status, ...(scaling && { scaling }) };
      printResult(cli, all, () => [...applicationLines(status), ...scalingLines(scaling)]);
    });
}

function serverLines(status: ServerStatus): string[] {
  const head = [
    `Mooring ${status.version}, ${status.ready ? 'ready' : 'starting'}, since ${status.timeStarted}`,
    `issuer  ${status.issuer}`,
    '',
  ];
  if (status.applications.length === 0) return [...head, 'No applications yet.'];
  const rows = status.applications.map((application) => [
    application.displayName,
    application.lifecycleState,
    application.deployment?.lifecycleState ?? '-',
    `${application.replicas.filter(({ state }) => state === 'READY').length}/${application.replicas.length}`,
    String(application.connections),
    application.id,
  ]);
  return [...head, ...table(['NAME', 'STATE', 'DEPLOYMENT', 'READY', 'CONNECTIONS', 'ID'], rows)];
}

function applicationLines(status: ApplicationStatus): string[] {
  const { deployment, urls } = status;
  const rows = [
    ['name', status.displayName],
    ['id', status.id],
    ['state', withDetails(status)],
    ['deployment', deployment ? withDetails(deployment) : 'none yet'],
    ...(deployment ? [['version', versionOf(deployment.activeArtifact)]] : []),
    ['connections', String(status.connections)],
    ['HTTP', urls.http],
    ['WebSocket', urls.ws],
  ];
  const width = Math.max(...rows.map(([label = '']) => label.length));
  const facts = rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${value}`);
  return [...facts, ...status.replicas.flatMap(replicaLines)];
}

/** An application that was made a moment ago, or a server that does not tell. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof RequestFailed && [404, 409].includes(error.status)) return undefined;
  throw error;
}

const units = {
  CONCURRENCY: 'requests and connections at a time',
  REQUESTS_PER_SECOND: 'requests a second',
  CPU: '% of the processor',
  MEMORY: '% of the memory',
} as const;

/** Decisions that are shown. */
const shown = 5;

function scalingLines(scaling: ScalingStatus | undefined): string[] {
  if (!scaling) return [];
  const { metric, target, minReplica, maxReplica, wanted, ready, load, decisions } = scaling;
  const now = load === undefined ? '' : `, ${load} now`;
  return [
    '',
    `scaling: ${wanted} of ${minReplica} to ${maxReplica} replicas wanted, ${ready} ready; ${target} ${units[metric]} for each${now}`,
    ...decisions
      .slice(0, shown)
      .map(({ time, from, to, cause, reason }) => `  ${time}  ${from} to ${to}  ${cause}: ${reason}`),
  ];
}

function replicaLines(replica: ApplicationStatus['replicas'][number]): string[] {
  const { id, state, pid, restarts, connections, reason } = replica;
  const process = pid === undefined ? '' : `, process ${pid}`;
  const line = `replica ${id}: ${state}${process}, ${restarts} restarts, ${connections} connections`;
  return ['', line, ...(reason === undefined ? [] : reason.split('\n').map((text) => `  ${text}`))];
}

const withDetails = (thing: { lifecycleState: string; lifecycleDetails?: string | undefined }): string =>
  thing.lifecycleDetails ? `${thing.lifecycleState}: ${thing.lifecycleDetails}` : thing.lifecycleState;

function versionOf(artifact: NonNullable<ApplicationStatus['deployment']>['activeArtifact']): string {
  if (artifact.artifactType === 'SIMPLE_DOCKER_ARTIFACT')
    return `${artifact.id}: ${artifact.containerUri}:${artifact.tag ?? 'latest'}`;
  return `${artifact.id}: ${artifact.command.join(' ')} (in ${artifact.workingDirectory})`;
}
