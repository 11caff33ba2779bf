/** The example application of the checkout: where it is and how it is deployed. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { livingApplications } from '../application.ts';
import { deploy } from '../deploy/deploy.ts';
import { parseVariable } from '../deploy/environment.ts';
import { startProgress } from '../output/progress.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Cli } from '../terminal.ts';

export const weather = { name: 'weather', tool: 'get-alerts', arguments: { state: 'CA' } } as const;

const folder = fileURLToPath(new URL('../../../../examples/weather', import.meta.url));
/** The condition makes the packages of the checkout resolve to their sources. */
const command = ['node', '--conditions=mooring', 'server.ts'];

/**
 * The id of the application `weather`: deployed now when the server has no application at all, else as it is.
 * Undefined when there are applications, but none of that name.
 * @param firstPass Settles when every application has been tried once.
 */
export async function ensureWeather(
  cli: Cli,
  session: Session,
  firstPass: Promise<void>,
): Promise<string | undefined> {
  const known = await livingApplications(session);
  if (known.length === 0) return deployWeather(cli, session);
  using progress = startProgress(cli, `Starting ${known.map(({ displayName }) => displayName).join(', ')}`);
  await Promise.race([firstPass, rejected(session.signal)]);
  progress.done('Every application has been tried');
  return known.find(({ displayName }) => displayName === weather.name)?.id;
}

async function deployWeather(cli: Cli, session: Session): Promise<string> {
  if (!existsSync(folder))
    throw new Refusal(`The example is not there: ${folder}.`, {
      hint: 'It is part of the checkout only. Deploy something of your own: npx mooring deploy --help',
    });
  using progress = startProgress(cli, 'Deploying examples/weather');
  const source = cli.env['NWS_API_BASE'];
  const environment = source === undefined ? [] : [parseVariable(`NWS_API_BASE=${source}`)];
  const artifact = { artifactType: 'LOCAL_PROCESS_ARTIFACT', command, workingDirectory: folder } as const;
  const request = { name: weather.name, artifact, environment, wait: true };
  const { applicationId } = await deploy(session, request, progress);
  progress.done('weather serves');
  return applicationId;
}

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
