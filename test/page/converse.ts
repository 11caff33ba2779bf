/** A conversation with an MCP server without an SDK: opens it in one era or the other, lists the tools, calls one. */
import { z } from 'zod';

export interface Errand {
  /** `legacy` is asked for by its newest revision. */
  readonly era: 'legacy' | 'stateless';
  readonly tool: { readonly name: string; readonly arguments: Record<string, unknown> };
}

export interface Heard {
  /** Of the protocol. */
  readonly version: string;
  /** Names. */
  readonly tools: string[];
  /** What the tool said. */
  readonly text: string;
}

/** Sends a request and resolves with its result. Rejects when it is answered with an error. */
export type Ask = (method: string, params: object) => Promise<unknown>;

/** Revisions of the protocol. */
export const revisions = { legacy: '2025-11-25', stateless: '2026-07-28' } as const;

const clientInfo = { name: 'by hand', version: '1' };
const envelope = {
  'io.modelcontextprotocol/protocolVersion': revisions.stateless,
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const initialized = z.object({ protocolVersion: z.string() });
const discovered = z.object({ supportedVersions: z.array(z.string()) });
const listed = z.object({ tools: z.array(z.object({ name: z.string() })) });
const said = z.object({ content: z.array(z.object({ text: z.string() })).min(1) });

/** Never says `notifications/initialized`: servers have to serve such clients. */
export async function converse(ask: Ask, { era, tool }: Errand): Promise<Heard> {
  const meta = era === 'stateless' ? { _meta: envelope } : {};
  const version = era === 'stateless' ? await discover(ask) : await initialize(ask);
  const { tools } = listed.parse(await ask('tools/list', meta));
  const { content } = said.parse(await ask('tools/call', { ...tool, ...meta }));
  return { version, tools: tools.map(({ name }) => name), text: textOf(content) };
}

async function initialize(ask: Ask): Promise<string> {
  const params = { protocolVersion: revisions.legacy, capabilities: {}, clientInfo };
  return initialized.parse(await ask('initialize', params)).protocolVersion;
}

async function discover(ask: Ask): Promise<string> {
  const { supportedVersions } = discovered.parse(await ask('server/discover', { _meta: envelope }));
  if (supportedVersions.includes(revisions.stateless)) return revisions.stateless;
  throw new Error(`the server speaks ${supportedVersions.join(', ')} only`);
}

const textOf = (content: readonly { readonly text: string }[]): string =>
  content.map(({ text }) => text).join('\n');

const answer = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

/** The result in a JSON-RPC answer. Throws what an error says. */
export function resultOf(message: string): unknown {
  const { result, error } = answer.parse(JSON.parse(message));
  if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
  return result;
}

/** What both SDKs' clients have in common, once they are connected. */
export interface SdkClient {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: Errand['tool']): Promise<unknown>;
}

export async function converseBySdk(
  client: SdkClient,
  tool: Errand['tool'],
): Promise<Omit<Heard, 'version'>> {
  const { tools } = await client.listTools();
  const { content } = said.parse(await client.callTool(tool));
  return { tools: tools.map(({ name }) => name), text: textOf(content) };
}
