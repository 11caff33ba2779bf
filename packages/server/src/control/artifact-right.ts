/** Who may register which artifact: a local process runs with the rights of this server. */
import { isProcessArtifact, Problem, type CreateArtifactDetails } from '@mooring/contract';
import { refuseBelow } from './conventions/authorise.ts';
import type { ControlPorts, Operator } from './ports.ts';
import { refuseUnsupportedArtifact } from './unsupported.ts';

type Rights = Pick<ControlPorts, 'allowProcesses'>;

/** Throws NotAllowed, or InvalidParameter for what this server cannot do. */
export function requireArtifactRight(
  rights: Rights,
  details: CreateArtifactDetails,
  operator: Operator,
): void {
  refuseUnsupportedArtifact(details);
  if (!isProcessArtifact(details)) return;
  refuseBelow(operator, 'admin', `A ${details.artifactType} runs with the rights of this server, so it`);
  requireProcesses(rights, details);
}

/** Throws NotAllowed for a process while this server runs none. */
export function requireProcesses({ allowProcesses }: Rights, details: CreateArtifactDetails): void {
  if (allowProcesses || !isProcessArtifact(details)) return;
  throw new Problem(
    'NotAllowed',
    'This server does not run local processes, because it listens beyond loopback. Its operator can allow them with --allow-processes, or deploy a container image instead.',
  );
}
