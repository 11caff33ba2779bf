/** The container engine that tests use, when there is one. */
import { openEngine, type Engine } from './engine.ts';
import { findEngine } from './find.ts';

/** The engine at `unix://…`. Throws when it does not answer. */
export const openEngineAt = (url: string): Promise<Engine> => openEngine({ url, by: 'the test' });

/** The engine, or why there is none, for the reader of the tests' report. */
export async function engineForTests(): Promise<{ engine?: Engine; missing?: string }> {
  const place = await findEngine(process.env);
  try {
    return { engine: await openEngine(place) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      missing: `no container engine answers at ${place.url} (${why}): start one, or name one with DOCKER_HOST`,
    };
  }
}
