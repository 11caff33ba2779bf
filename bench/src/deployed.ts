/** Deployed: one application on a running server, by its management API, as an operator would make it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientCredentials, ManagementClient } from '@mooring/client';
import {
  profile,
  type ApplicationSettings,
  type CreateArtifactDetails,
  type InboundAuthConfig,
  type Profile,
  type ScalingConfig,
} from '@mooring/contract';

/** A server that runs, and its data directory. */
export interface Managed {
  /** Of its plain management listener. */
  readonly port: number;
  readonly dataDir: string;
}

export interface Wanted {
  readonly name: string;
  /** Given what is known of the server. Default: everybody may invoke it. */
  readonly auth?: (known: Profile) => InboundAuthConfig;
  readonly scaling: ScalingConfig;
  readonly settings?: Partial<ApplicationSettings>;
  readonly artifact: CreateArtifactDetails;
}

export interface Deployed {
  readonly id: string;
  readonly known: Profile;
  readonly management: ManagementClient;
}

/** Resolves once it is deployed. Throws an Error with how that ended when it failed. */
export async function deployOn({ port, dataDir }: Managed, wanted: Wanted): Promise<Deployed> {
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const baseUrl = `http://localhost:${port}`;
  const token = clientCredentials({ ...known, tokenUrl: `${baseUrl}/identity/oauth2/v1/token`, fetch });
  const management = new ManagementClient({ baseUrl, token });
  const { compartmentId } = known;
  const { application, workRequestId = '' } = await management.applications.create({
    displayName: wanted.name,
    compartmentId,
    inboundAuthConfig: wanted.auth?.(known) ?? { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    scalingConfig: wanted.scaling,
  });
  await management.workRequests.wait(workRequestId, { interval: 25 });
  const { id } = application;
  if (wanted.settings !== undefined) await management.settings.update(id, wanted.settings);
  const made = await management.deployments.create({
    hostedApplicationId: id,
    compartmentId,
    activeArtifact: wanted.artifact,
  });
  const { status } = await management.workRequests.wait(made.workRequestId ?? '', { interval: 25 });
  if (status !== 'SUCCEEDED') throw new Error(`the application could not be deployed: ${status}`);
  return { id, known, management };
}

/** As `mooring deploy` protects an application: by the server's own identity domain. */
export function ownDomain(domainUrl: string, name: string): InboundAuthConfig {
  const idcsConfig = { domainUrl, audience: `urn:mooring:${name}:`, scope: 'invoke' };
  return { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig };
}
