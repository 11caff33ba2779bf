/**
 * The US National Weather Service as this example needs it (https://www.weather.gov/documentation/services-web-api).
 * Every request has a time limit and a size limit, and fails with a sentence that says what to do.
 */
import { z } from 'zod';

export interface Alert {
  readonly event: string | null;
  readonly area: string | null;
  readonly severity: string | null;
  readonly status: string | null;
  readonly headline: string | null;
}

export interface Period {
  readonly name: string;
  readonly temperature: number | null;
  readonly temperatureUnit: string | null;
  readonly shortForecast: string | null;
  readonly windSpeed: string | null;
  readonly windDirection: string | null;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Nws {
  /** Active alerts of a state, by its two letters. */
  alerts(state: string, options: { signal: AbortSignal }): Promise<Alert[]>;
  /** The forecast of a place, period by period; never empty. */
  forecast(place: Place, options: { signal: AbortSignal }): Promise<Period[]>;
}

/** Milliseconds for one request. */
const timeout = 5_000;
/** Bytes of one response. */
const maxResponse = 8 * 1024 * 1024;
/** The service asks every caller to name itself. */
const headers = { 'User-Agent': 'weather-app/1.0', Accept: 'application/geo+json' };

const text = z.string().nullish().default(null);

const alertsShape = z.object({
  features: z
    .array(
      z.object({
        properties: z.object({ event: text, areaDesc: text, severity: text, status: text, headline: text }),
      }),
    )
    .default([]),
});

const pointShape = z.object({ properties: z.object({ forecast: z.url({ protocol: /^https?$/ }) }) });

const forecastShape = z.object({
  properties: z.object({
    periods: z
      .array(
        z.object({
          name: z.string(),
          temperature: z.number().nullish().default(null),
          temperatureUnit: text,
          shortForecast: text,
          windSpeed: text,
          windDirection: text,
        }),
      )
      .min(1),
  }),
});

export function openNws(base: URL): Nws {
  const get = async <Shape extends z.ZodType>(path: string, shape: Shape, signal: AbortSignal) => {
    const parsed = shape.safeParse(await getJson(base, path, signal));
    if (parsed.success) return parsed.data;
    throw new Error(`${base.host} answered with something else than weather. ${whatToDo}`, {
      cause: parsed.error,
    });
  };
  return {
    async alerts(state, { signal }) {
      const { features } = await get(`/alerts/active?area=${encodeURIComponent(state)}`, alertsShape, signal);
      return features.map(({ properties: { event, areaDesc, severity, status, headline } }) => ({
        event,
        area: areaDesc,
        severity,
        status,
        headline,
      }));
    },
    async forecast({ latitude, longitude }, { signal }) {
      const point = `/points/${degrees(latitude)},${degrees(longitude)}`;
      const { pathname } = new URL((await get(point, pointShape, signal)).properties.forecast);
      return (await get(pathname, forecastShape, signal)).properties.periods;
    },
  };
}

const whatToDo = 'Try again in a minute, or set NWS_API_BASE to a server that can be reached.';

/** The service wants at most four decimals. */
const degrees = (value: number): number => Number(value.toFixed(4));

async function getJson(base: URL, path: string, signal: AbortSignal): Promise<unknown> {
  const response = await request(base, path, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
  if (response.ok) return parse(await readText(response, base));
  await response.body?.cancel();
  const advice = response.status === 404 ? 'It knows places in the United States only.' : whatToDo;
  throw new Error(`${base.host} answered with ${response.status}. ${advice}`);
}

/** Undefined, which no shape takes, when it is not JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function request(base: URL, path: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address(base, path), { headers, signal });
  } catch (cause) {
    throw new Error(`${base.host} ${describe(cause)}. ${whatToDo}`, { cause });
  }
}

/** Always on the host of `base`, whatever the path is; under its path, if it has one. */
export function address(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, '');
  return new URL(`${base.origin}${path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`}`);
}

/** Why there was no answer: fetch hides the reason in the cause. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError') return 'did not answer in time';
  const code: unknown = error.cause instanceof Error ? Reflect.get(error.cause, 'code') : undefined;
  return typeof code === 'string' ? `cannot be reached (${code})` : 'cannot be reached';
}

async function readText(response: Response, base: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxResponse) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Error(`${base.host} ${describe(cause)}. ${whatToDo}`, { cause });
  }
  if (size > maxResponse)
    throw new Error(`${base.host} answered with more than ${maxResponse} bytes. ${whatToDo}`);
  return Buffer.concat(chunks).toString();
}
