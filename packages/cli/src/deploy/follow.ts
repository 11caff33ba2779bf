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
  /** Its last lines of output belong to a failure. */
  readonly applicationId?: string;
}

/** Lines of output that a failure shows. */
const lastLines = 20;

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
  const hint = await outputOf(session, options.applicationId, reasons);
  throw new Refusal(`${doing} failed: ${reasons}`, hint === undefined ? {} : { hint });
}

/** What the replica wrote last, unless the reasons say it already. */
async function outputOf(session: Session, id: string | undefined, said: string): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const { management, signal } = session;
  const output = await Array.fromAsync(management.logs(id, { tail: lastLines, signal })).catch(() => []);
  const news = output
    .filter(({ stream, text }) => stream !== 'platform' && text.trim() !== '' && !said.includes(text))
    .map(({ text }) => text);
  return news.length > 0 ? ['Its last output:', ...news.map((text) => `  ${text}`)].join('\n') : undefined;
}
