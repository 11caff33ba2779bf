/** Where the weather comes from: the service, or the sample server when the service is away at the start. */
import { address, describe, openNws, type Nws } from './nws.ts';
import { startSampleServer } from './sample.ts';

export interface Source extends AsyncDisposable {
  readonly nws: Nws;
  /** What every answer has to say beside the weather. Undefined: nothing, the weather is real. */
  readonly notice: string | undefined;
}

/** Milliseconds that the service has to show itself: the start waits for it. */
const patience = 2_000;

export async function chooseSource(base: URL): Promise<Source> {
  const reason = await absence(base);
  if (reason === undefined)
    return { nws: openNws(base), notice: undefined, async [Symbol.asyncDispose]() {} };
  const sample = await startSampleServer();
  return {
    nws: openNws(sample.url),
    notice: `sample data, no real weather: ${base.host} ${reason} when this server started`,
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

/** Why the service is of no use now; undefined when it is well. */
async function absence(base: URL): Promise<string | undefined> {
  try {
    const response = await fetch(address(base, '/alerts/active?area=CA'), {
      headers: { 'User-Agent': 'weather-app/1.0' },
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered with ${response.status}`;
  } catch (error) {
    return describe(error);
  }
}
