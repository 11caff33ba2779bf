/** The MCP server that the conformance suite wants to meet: its names and texts are the suite's, in both eras. */
import { randomBytes } from 'node:crypto';
import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server';
import { addInputTools } from './input.ts';
import { addPrompts } from './prompts.ts';
import { addResources } from './resources.ts';
import { addTools } from './tools.ts';

/** What tells clients that a list has changed, where the server itself does not reach them. */
export interface Changes {
  toolsChanged(): void;
  promptsChanged(): void;
}

const key = randomBytes(32);
const hint = { ttlMs: 60_000, cacheScope: 'public' } as const;

export function conformanceServer(changes?: Changes): McpServer {
  const states = createRequestStateCodec<{ step: string }>({ key });
  const mcp = new McpServer(
    { name: 'conformance', version: '1.0.0' },
    {
      capabilities: {
        logging: {},
        completions: {},
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
      },
      requestState: { verify: (state, context) => states.verify(state, context) },
      cacheHints: {
        'tools/list': hint,
        'prompts/list': hint,
        'resources/list': hint,
        'resources/templates/list': hint,
        'resources/read': hint,
      },
    },
  );
  addTools(mcp, changes);
  addInputTools(mcp, states);
  addResources(mcp);
  addPrompts(mcp);
  return mcp;
}
