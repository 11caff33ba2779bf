/** Tells the owner of an application why a replica did not come up, with everything that is known. */
import type { ReplicaExit } from './runtime.ts';
import type { ProbeAnswer } from './probe.ts';

/** Characters of one line of output that are told. */
const lineLimit = 400;

export interface Story {
  /** The first sentence. */
  readonly what: string;
  readonly url: string;
  readonly lastProbe: ProbeAnswer | undefined;
  /** Where the replica listens, as far as it is known, when that is not where it must. */
  readonly listensAt: readonly string[];
  readonly mustListenOn: string;
  /** What it wrote last. */
  readonly output: readonly string[];
}

export function tell(story: Story): string {
  return [story.what, ...tellProbe(story), ...hint(story), tellOutput(story.output)].join('\n');
}

/** One that was over before it could be asked has no address that would tell anything. */
function tellProbe({ url, lastProbe }: Story): string[] {
  return lastProbe === undefined ? [] : [`GET ${url}: ${lastProbe.said}.`];
}

function hint({ listensAt, mustListenOn }: Story): string[] {
  if (listensAt.length === 0) return [];
  return [`It listens on ${listensAt.join(', ')}, but must listen on ${mustListenOn}.`];
}

export function tellOutput(output: readonly string[]): string {
  if (output.length === 0) return 'It wrote nothing.';
  const lines = output.map((line) => `  ${line.length > lineLimit ? `${line.slice(0, lineLimit)} …` : line}`);
  return ['Last output:', ...lines].join('\n');
}

export function tellExit({ code, signal }: ReplicaExit): string {
  if (code === null && signal === null) return 'is gone; nobody can tell how it ended';
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}
