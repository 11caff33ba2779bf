/**
 * The MCP server: get-weather, get-alerts and get-forecast. It answers tools/list and tools/call itself rather than
 * through registerTool(), because missing arguments and unknown tools get a text here, not an error.
 */
import { McpServer, type CallToolResult, type Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Source } from './source.ts';

interface WeatherTool {
  readonly tool: Tool;
  /** What an answer about a failure begins with: `Error getting alerts`. */
  readonly subject: string;
  readonly run: (args: unknown, options: { source: Source; signal: AbortSignal }) => Promise<string>;
}

const place = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});
const area = z.object({ state: z.string().regex(/^[A-Za-z]{2}$/, 'must be two letters, such as CA') });

const placeSchema: Tool['inputSchema'] = {
  type: 'object',
  required: ['latitude', 'longitude'],
  properties: {
    latitude: { type: 'number', description: 'Latitude of the location' },
    longitude: { type: 'number', description: 'Longitude of the location' },
  },
};

const tools: readonly WeatherTool[] = [
  {
    tool: {
      name: 'get-weather',
      description: 'Get the current weather for a location',
      inputSchema: placeSchema,
    },
    subject: 'weather',
    async run(args, { source, signal }) {
      const [now] = await source.nws.forecast(parse(place, args), { signal });
      if (now === undefined) throw new Error('the forecast is empty. Try again later.');
      return [
        `Weather forecast for ${now.name}:`,
        `Temperature: ${now.temperature}°${now.temperatureUnit}`,
        `Conditions: ${now.shortForecast}`,
        `Wind: ${now.windSpeed} ${now.windDirection}`,
      ].join('\n');
    },
  },
  {
    tool: {
      name: 'get-alerts',
      description: 'Get active weather alerts for a US state',
      inputSchema: {
        type: 'object',
        required: ['state'],
        properties: { state: { type: 'string', description: 'US state abbreviation' } },
      },
    },
    subject: 'alerts',
    async run(args, { source, signal }) {
      const { state } = parse(area, args);
      return JSON.stringify(await source.nws.alerts(state.toUpperCase(), { signal }), null, 2);
    },
  },
  {
    tool: {
      name: 'get-forecast',
      description: 'Get weather forecast for a location',
      inputSchema: placeSchema,
    },
    subject: 'forecast',
    async run(args, { source, signal }) {
      const periods = await source.nws.forecast(parse(place, args), { signal });
      const shown = periods.map(({ name, temperature, temperatureUnit, shortForecast }) => ({
        name,
        temperature,
        temperatureUnit,
        shortForecast,
      }));
      return JSON.stringify(shown, null, 2);
    },
  },
];

/** A new MCP server of its own for one connection or one HTTP request. */
export function weatherServer(source: Source): McpServer {
  const mcp = new McpServer({ name: 'weather', version: '1.0.0' }, { capabilities: { tools: {} } });
  mcp.server.setRequestHandler('tools/list', () => ({ tools: tools.map(({ tool }) => tool) }));
  mcp.server.setRequestHandler('tools/call', async ({ params }, { mcpReq: { signal } }) =>
    withNotice(await call(params.name, params.arguments ?? {}, { source, signal }), source.notice),
  );
  return mcp;
}

async function call(
  name: string,
  args: Record<string, unknown>,
  options: { source: Source; signal: AbortSignal },
): Promise<CallToolResult> {
  const found = tools.find(({ tool }) => tool.name === name);
  if (found === undefined) return textResult('Unknown tool');
  const required = found.tool.inputSchema.required ?? [];
  if (required.some((argument) => args[argument] === undefined)) return textResult(missing(required));
  try {
    return textResult(await found.run(args, options));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...textResult(`Error getting ${found.subject}: ${reason}`), isError: true };
  }
}

function missing(required: readonly string[]): string {
  const noun = required.length === 1 ? 'argument' : 'arguments';
  return `Missing required ${noun}: ${required.join(' and ')}`;
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

function withNotice(result: CallToolResult, notice: string | undefined): CallToolResult {
  if (notice === undefined) return result;
  return { ...result, content: [...result.content, { type: 'text', text: notice }] };
}

function parse<Shape extends z.ZodType>(shape: Shape, args: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(args);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
