/**
 * The environment of a replica: a few harmless names of the server's own, then what the application asked for,
 * then the platform's names, which nobody overrides. Nothing else of the server's environment gets through.
 */
import { delimiter } from 'node:path';
import type { ReplicaSpec } from '../runtime.ts';

/** What a replica inherits from the server when the application does not set it itself. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'] as const;

export interface EnvironmentParts {
  /** The server's own environment. */
  readonly server: Readonly<Record<string, string | undefined>>;
  readonly address: { readonly host: string; readonly port: number };
  /** Put first on an inherited PATH. */
  readonly nodeBinDirectory: string;
}

export function environmentOf(spec: ReplicaSpec, parts: EnvironmentParts): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = parts.server[name];
    if (value !== undefined) environment[name] = value;
  }
  environment['PATH'] = [parts.nodeBinDirectory, environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(
    delimiter,
  );
  return {
    ...environment,
    ...spec.environment,
    HOST: parts.address.host,
    PORT: String(parts.address.port),
    MOORING_APPLICATION_ID: spec.applicationId,
    MOORING_APPLICATION_NAME: spec.applicationName,
    MOORING_REPLICA_ID: spec.id,
  };
}

/** What marks every process of a replica, wherever it goes. */
export function markOf(replicaId: string): string {
  return `MOORING_REPLICA_ID=${replicaId}`;
}
