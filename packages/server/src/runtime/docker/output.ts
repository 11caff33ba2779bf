/** What a container writes goes to its journal, with the engine's own times, from where an earlier server stopped. */
import type { Container } from 'dockerode';
import { Readable } from 'node:stream';
import type { Journal } from '../output/journal.ts';
import { Lines } from '../output/lines.ts';

export interface Following {
  /** Settles when the container has ended and all that it wrote is in the journal, or at `stop`. Never rejects. */
  readonly done: Promise<void>;
  stop(): void;
}

/** What the journal holds already of a replica that was adopted. */
interface Known {
  /** Milliseconds since the epoch: of the last line that is known. */
  readonly until: number;
  /** Lines of that millisecond. */
  readonly last: Map<string, number>;
}

export async function followOutput(container: Container, journal: Journal): Promise<Following> {
  const known = await knownOf(journal);
  const life = new AbortController();
  const wanted = {
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    abortSignal: life.signal,
    ...(known && { since: known.until / 1000 }),
  } as const;
  const frames = new Frames((frame) => write(frame, journal, known));
  // Podman answers when there is a first line.
  const done = container.logs(wanted).then(
    (stream) => (stream instanceof Readable ? pump(stream, frames, journal) : undefined),
    () => undefined,
  );
  return { done, stop: () => life.abort() };
}

/** Lines of the journal among which those of its last millisecond are. */
const lookBack = 1000;

async function knownOf(journal: Journal): Promise<Known | undefined> {
  const lines = (await journal.read(lookBack)).filter(({ stream }) => stream !== 'platform');
  const { timestamp } = lines.at(-1) ?? {};
  if (timestamp === undefined) return undefined;
  const last = new Map<string, number>();
  for (const line of lines) {
    if (line.timestamp === timestamp) last.set(line.text, (last.get(line.text) ?? 0) + 1);
  }
  return { until: Date.parse(timestamp), last };
}

function pump(stream: Readable, frames: Frames, journal: Journal): Promise<void> {
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      if (!journal.congested) return;
      stream.pause();
      void journal.settled().then(() => stream.resume());
    });
    stream.on('error', () => undefined);
    stream.on('close', () => {
      frames.end();
      resolve();
    });
  });
}

interface Written {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly time: number;
}

function write({ stream, text, time }: Written, journal: Journal, known: Known | undefined): void {
  if (known && time < known.until) return;
  const count = known?.until === time ? (known.last.get(text) ?? 0) : 0;
  if (count > 0) known?.last.set(text, count - 1);
  else journal.write(stream, text, time);
}

/** Bytes before each piece of output: which stream it is from, and how long it is. */
const headerLength = 8;

/** Takes the engine's pieces of output apart: header, time, text. */
class Frames {
  readonly #write: (written: Written) => void;
  readonly #lines = { stdout: new Lines(), stderr: new Lines() };
  #rest: Buffer = Buffer.alloc(0);
  #time = 0;

  constructor(onLine: (written: Written) => void) {
    this.#write = onLine;
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= headerLength) {
      const end = headerLength + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) return;
      this.#take(this.#rest[0] === 2 ? 'stderr' : 'stdout', this.#rest.subarray(headerLength, end));
      this.#rest = this.#rest.subarray(end);
    }
  }

  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#tell(stream, this.#lines[stream].end());
  }

  #take(stream: Written['stream'], piece: Buffer): void {
    const space = piece.indexOf(' ');
    const time = Date.parse(piece.subarray(0, space).toString('latin1'));
    if (!Number.isNaN(time)) this.#time = time;
    this.#tell(stream, this.#lines[stream].push(piece.subarray(Number.isNaN(time) ? 0 : space + 1)));
  }

  #tell(stream: Written['stream'], lines: readonly string[]): void {
    for (const text of lines) this.#write({ stream, text, time: this.#time });
  }
}
