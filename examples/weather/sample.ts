/**
 * A small server with the shapes of the National Weather Service, for machines without the Internet. Everything that
 * it says is marked as sample data. Run by the weather server itself, on a free loopback port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SampleServer extends AsyncDisposable {
  readonly url: URL;
}

export async function startSampleServer(): Promise<SampleServer> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const alert = (event: string, areaDesc: string, severity: string) => ({
  properties: {
    event,
    areaDesc,
    severity,
    status: 'Actual',
    headline: `${event} for ${areaDesc} until tomorrow evening (sample data)`,
  },
});

const alerts: Readonly<Record<string, ReturnType<typeof alert>[]>> = {
  CA: [
    alert('High Wind Warning', 'Central Sierra Nevada', 'Severe'),
    alert('Heat Advisory', 'Coachella Valley', 'Moderate'),
    alert('Red Flag Warning', 'Ventura County Mountains', 'Severe'),
  ],
  FL: [alert('Coastal Flood Advisory', 'Miami-Dade County', 'Minor')],
  NY: [alert('Winter Storm Watch', 'Northern Erie County', 'Severe')],
  TX: [alert('Severe Thunderstorm Warning', 'Travis County', 'Severe')],
};

const period = (name: string, temperature: number, sky: string) => ({
  name,
  temperature,
  temperatureUnit: 'F',
  shortForecast: `${sky} (sample data)`,
  windSpeed: '5 to 10 mph',
  windDirection: 'NW',
});

const periods = [
  period('Today', 71, 'Sunny'),
  period('Tonight', 54, 'Mostly Clear'),
  period('Tomorrow', 68, 'Partly Sunny'),
  period('Tomorrow Night', 52, 'Chance Rain Showers'),
];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const body = find(url);
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/geo+json' });
  response.end(JSON.stringify(body ?? { title: 'Data Unavailable For Requested Point', status: 404 }));
}

function find(url: URL): object | undefined {
  if (url.pathname === '/alerts/active')
    return { features: alerts[url.searchParams.get('area') ?? ''] ?? [] };
  if (url.pathname === '/gridpoints/SAMPLE/1,1/forecast') return { properties: { periods } };
  const point = /^\/points\/(-?[\d.]+),(-?[\d.]+)$/.exec(url.pathname);
  if (point === null || !isInTheUnitedStates(Number(point[1]), Number(point[2]))) return undefined;
  return { properties: { forecast: `${url.origin}/gridpoints/SAMPLE/1,1/forecast` } };
}

function isInTheUnitedStates(latitude: number, longitude: number): boolean {
  return latitude > 18 && latitude < 72 && longitude > -180 && longitude < -64;
}
