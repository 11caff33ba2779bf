/** What `mooring deploy` puts into service: an image, a command, or an MCP server on its standard streams. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CreateArtifactDetails } from '@mooring/contract';
import { Refusal } from '../refusal.ts';
import { splitWords } from './words.ts';

export interface ArtifactOptions {
  readonly image?: string | undefined;
  readonly command?: string | undefined;
  readonly mcpStdio?: string | undefined;
  /** Directory of a command. Default: the present one. */
  readonly cwd?: string | undefined;
}

/** @param from directory of the command line */
export async function artifactOf(options: ArtifactOptions, from: string): Promise<CreateArtifactDetails> {
  const { image, command, mcpStdio, cwd } = options;
  const given = [image, command, mcpStdio].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw new Refusal('Say what to start, with one of --image, --command and --mcp-stdio.', {
      exit: 'usage',
    });
  if (image !== undefined) {
    if (cwd !== undefined)
      throw new Refusal('--cwd is for a command; an image has its own.', { exit: 'usage' });
    return imageOf(image);
  }
  const words = splitWords(command ?? mcpStdio ?? '');
  if (words.length === 0) throw new Refusal('The command is empty.', { exit: 'usage' });
  return {
    artifactType: mcpStdio === undefined ? 'LOCAL_PROCESS_ARTIFACT' : 'MCP_STDIO_ARTIFACT',
    command: words,
    workingDirectory: await directoryOf(resolve(from, cwd ?? '.')),
  };
}

/** A tag is what stands behind the last colon, unless that belongs to the registry's port. */
export function imageOf(reference: string): CreateArtifactDetails {
  const [, containerUri = '', tag] = /^(.+?)(?::([^:/@]*))?$/.exec(reference.trim()) ?? [];
  const artifactType = 'SIMPLE_DOCKER_ARTIFACT';
  if (reference.includes('@')) return { artifactType, containerUri: reference.trim() };
  if (containerUri === '' || tag === '')
    throw new Refusal(`${JSON.stringify(reference)} is no image.`, {
      exit: 'usage',
      hint: 'Give [registry/]name[:tag], as for docker run.',
    });
  return { artifactType, containerUri, tag: tag ?? 'latest' };
}

async function directoryOf(path: string): Promise<string> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory)
    throw new Refusal(`${path} is no directory.`, { exit: 'usage', hint: 'Name one with --cwd.' });
  return path;
}
