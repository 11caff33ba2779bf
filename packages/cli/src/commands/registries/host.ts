/** The host of a registry as somebody writes it: with a scheme, in upper case, or Docker Hub under another name. */
import { dockerHub, registryHost } from '@mooring/contract';
import { Refusal } from '../../refusal.ts';

const hubNames = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'hub.docker.com']);

export function hostOf(given: string): string {
  const host = given
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/(v1\/?|v2\/?)?$/, '');
  if (hubNames.has(host)) return dockerHub;
  if (registryHost.safeParse(host).success) return host;
  throw new Refusal(`${given} is no registry.`, {
    exit: 'usage',
    hint: 'Give its host as it stands before the name of an image: registry.example.com:5000',
  });
}
