/** What an engine tells while it pulls an image, as sentences now and then. */
import { z } from 'zod';

const step = z.looseObject({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.looseObject({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  error: z.string().optional(),
});

interface Layer {
  done: boolean;
  current: number;
  total: number;
}

/** Milliseconds between two sentences. */
const every = 3000;

const whole = new Set(['Pull complete', 'Already exists']);

export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  readonly #tell: (sentence: string) => void;
  readonly #now: () => number;
  #told: number;

  constructor(tell: (sentence: string) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
    this.#told = now();
  }

  /** Takes one message of the engine. Returns the error that it is. */
  hear(message: unknown): string | undefined {
    const { data } = step.safeParse(message);
    if (!data) return undefined;
    if (data.error !== undefined) return data.error;
    if (data.id !== undefined && data.status !== undefined)
      this.#note(data.id, data.status, data.progressDetail);
    if (this.#now() - this.#told < every || this.#layers.size === 0) return undefined;
    this.#told = this.#now();
    this.#tell(this.summary);
    return undefined;
  }

  /** `3 of 7 layers, 12.5 of 80.1 MB`; the engine tells of layers only that it lacks, or has in this image. */
  get summary(): string {
    const layers = [...this.#layers.values()];
    if (layers.length === 0) return 'every layer was there';
    const sum = (part: 'current' | 'total'): string =>
      (layers.reduce((bytes, layer) => bytes + layer[part], 0) / 1e6).toFixed(1);
    const finished = layers.filter(({ done }) => done).length;
    return `${finished} of ${layers.length} layers, ${sum('current')} of ${sum('total')} MB`;
  }

  #note(id: string, status: string, detail: z.infer<typeof step>['progressDetail']): void {
    const isLayer = this.#layers.has(id) || status === 'Pulling fs layer' || status === 'Already exists';
    if (!isLayer) return;
    const layer = this.#layers.get(id) ?? { done: false, current: 0, total: 0 };
    this.#layers.set(id, layer);
    if (status === 'Downloading') {
      layer.total = detail?.total ?? layer.total;
      layer.current = detail?.current ?? layer.current;
    }
    if (status === 'Download complete') layer.current = layer.total;
    layer.done ||= whole.has(status);
  }
}
