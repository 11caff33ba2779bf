/** What a container is made of: the image, the environment, and everything that keeps it in its place. */
import type { ContainerCreateOptions } from 'dockerode';
import type { ReplicaSpec } from '../runtime.ts';
import type { Engine } from './engine.ts';
import { labelsOf, slugOf } from './labels.ts';

/** Where every container listens (OCI reference, section 3.4). */
export const containerPort = 8080;

const exposed = `${containerPort}/tcp`;

export interface ContainerParts {
  readonly engine: Engine;
  readonly installation: string;
  readonly image: string;
  readonly network: string;
}

export function containerOf(spec: ReplicaSpec, parts: ContainerParts): ContainerCreateOptions {
  const { engine, installation, image, network } = parts;
  const { containerMemoryBytes: memory, containerCpus, containerPids } = spec.settings;
  return {
    name: `mooring-${slugOf(spec.applicationName)}-${spec.id.replace(/^replica-/, '')}`,
    Image: image,
    Env: Object.entries(environmentOf(spec)).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(spec, installation),
    ExposedPorts: { [exposed]: {} },
    HostConfig: {
      NetworkMode: network,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777' },
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: containerPids,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(Math.min(containerCpus, engine.cpus) * 1e9),
      RestartPolicy: { Name: 'no' },
      // What is written goes to the journal; the engine keeps enough for a server that was away for a while.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
      ...(engine.hasInit && { Init: true }),
      ...(engine.reach === 'published' && {
        PortBindings: { [exposed]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
      }),
    },
  };
}

/** What the application asks for, then the platform's names, which nobody overrides. */
function environmentOf(spec: ReplicaSpec): Record<string, string> {
  return {
    ...spec.environment,
    HOST: '0.0.0.0',
    PORT: String(containerPort),
    MOORING_APPLICATION_ID: spec.applicationId,
    MOORING_APPLICATION_NAME: spec.applicationName,
    MOORING_REPLICA_ID: spec.id,
  };
}
