/** The labels by which a server finds its containers and networks again, and knows what they are copies of. */
import { createHash } from 'node:crypto';
import type { ReplicaSpec } from '../runtime.ts';

export const labels = {
  /** Of the data directory: several servers may use one engine. */
  installation: 'mooring.installation',
  application: 'mooring.application',
  applicationName: 'mooring.application-name',
  artifact: 'mooring.artifact',
  replica: 'mooring.replica',
  fingerprint: 'mooring.fingerprint',
} as const;

/** The same for two specs that ask for the same program with the same environment. */
export function fingerprintOf({ artifactId, artifact, environment }: ReplicaSpec): string {
  const what = JSON.stringify([artifactId, sorted(artifact), sorted(environment)]);
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
}

const sorted = (record: object): [string, unknown][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

export function labelsOf(spec: ReplicaSpec, installation: string): Record<string, string> {
  return {
    [labels.installation]: installation,
    [labels.application]: spec.applicationId,
    [labels.applicationName]: spec.applicationName,
    [labels.artifact]: spec.artifactId,
    [labels.replica]: spec.id,
    [labels.fingerprint]: fingerprintOf(spec),
  };
}

/** A filter of the engine's lists and events: what belongs to this installation. */
export const ofInstallation = (installation: string): { label: string[] } => ({
  label: [`${labels.installation}=${installation}`],
});

/** Of an application, as a name of the engine may hold it. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-|-$/g, '');
  return slug || 'application';
}
