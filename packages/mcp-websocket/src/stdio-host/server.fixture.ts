/**
 * An MCP server on its standard streams, for the tests of the host. With `legacy` as its argument it knows the legacy
 * era only.
 */
import { spawn } from 'node:child_process';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

function server(): McpServer {
  const mcp = new McpServer(
    { name: 'fixture', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true } } },
  );
  mcp.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (said) => text(said.text));
  mcp.registerTool('pid', {}, () => text(String(process.pid)));
  mcp.registerTool('sleep', { inputSchema: z.object({ ms: z.int() }) }, async ({ ms }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return text('slept');
  });
  mcp.registerTool(
    'progress',
    { inputSchema: z.object({ steps: z.int() }) },
    async ({ steps }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      if (progressToken === undefined) return text('nobody asked');
      for (let progress = 1; progress <= steps; progress += 1)
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } });
      return text('done');
    },
  );
  mcp.registerTool('ask', {}, async () => {
    const { content } = await mcp.server.elicitInput({
      message: 'Your name?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    });
    return text(JSON.stringify(content));
  });
  mcp.registerTool('log', { inputSchema: z.object({ text: z.string() }) }, async (said, { mcpReq }) => {
    await mcpReq.log('info', said.text);
    return text('logged');
  });
  mcp.registerTool('change', {}, () => {
    mcp.sendToolListChanged();
    return text('changed');
  });
  mcp.registerTool('die', {}, () => process.exit(7));
  mcp.registerTool('breed', {}, () => text(String(spawn('sleep', ['600'], { stdio: 'ignore' }).pid)));
  mcp.registerTool('stubborn', {}, () => {
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1_000);
    return text('ok');
  });
  return mcp;
}

if (process.argv[2] === 'legacy') await server().connect(new StdioServerTransport());
else serveStdio(server);
