/** Follows a work request to its end, showing its log, and turns a failed one into a Refusal. */
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { Progress } from '../output/progress.ts';

export interface Follow {
  /** Undefined: the server made none, so the change is done. */
  readonly workRequestId: string | undefined;
  readonly progress: Progress;
  /** What has failed when it fails: `Deploying weather`. */
  readonly doing: string;
}

export async function follow(session: Session, options: Follow): Promise<void> {
  const { workRequestId, progress, doing } = options;
  if (workRequestId === undefined) return;
  const { management, signal } = session;
  const { status } = await management.workRequests.wait(workRequestId, {
    signal,
    onProgress: ({ entries }) => {
      for (const { message } of entries) progress.step(`${doing}: ${message}`);
    },
  });
  if (status === 'SUCCEEDED') return;
  const errors = await management.workRequests.errors(workRequestId, { signal });
  const reasons = errors.map(({ message }) => message).join('\n') || `the work request ended as ${status}`;
  // The reasons hold what the replica that failed wrote; others of the application go on writing.
  throw new Refusal(`${doing} failed: ${reasons}`);
}
