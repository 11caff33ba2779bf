/**
 * Which command an artifact comes to: its own, or the stdio host in front of it, which speaks WebSocket and HTTP to us
 * and the standard streams to the artifact's.
 */
import { fileURLToPath } from 'node:url';
import type { CreateArtifactDetails } from '@mooring/contract';

export interface ArtifactCommand {
  readonly command: readonly string[];
  readonly workingDirectory: string;
}

/** Throws a TypeError for an artifact that is no command. */
export function commandOf(artifact: CreateArtifactDetails): ArtifactCommand {
  if (artifact.artifactType === 'SIMPLE_DOCKER_ARTIFACT')
    throw new TypeError(`commandOf: a process runtime cannot run a ${artifact.artifactType}`);
  const { artifactType, command, workingDirectory } = artifact;
  if (artifactType === 'LOCAL_PROCESS_ARTIFACT') return { command, workingDirectory };
  return { command: [...hostCommand(), '--', ...command], workingDirectory };
}

/** By the Node that runs this; in a checkout, from the sources. */
function hostCommand(): string[] {
  const program = fileURLToPath(import.meta.resolve('@mooring/mcp-websocket/stdio-host'));
  return [process.execPath, ...(program.endsWith('.ts') ? ['--conditions=mooring'] : []), program];
}
