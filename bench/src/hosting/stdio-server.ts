/**
 * The MCP server that is hosted: one tool, `echo`, over stdin and stdout, with no more work than that needs, so that
 * what is measured is the hosting.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';

const request = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z
    .object({
      protocolVersion: z.string().optional(),
      arguments: z.object({ message: z.string() }).optional(),
    })
    .optional(),
});

type Params = z.infer<typeof request>['params'];

const tool = {
  name: 'echo',
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
};

const methods: Record<string, (params: Params) => object> = {
  initialize: (params) => ({
    protocolVersion: params?.protocolVersion ?? '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'echo', version: '1' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': (params) => ({ content: [{ type: 'text', text: params?.arguments?.message ?? '' }] }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method = '', params } = request.parse(JSON.parse(line));
  if (id === undefined) continue;
  const result = methods[method]?.(params);
  const answer = result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
}
