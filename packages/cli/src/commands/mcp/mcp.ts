/** `mooring mcp`: talk to a hosted MCP server over WebSocket. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addMcpBridge } from './bridge.ts';
import { addMcpCall } from './call.ts';
import { addMcpTools } from './tools.ts';

export function addMcp(parent: CommandUnknownOpts, cli: Cli): void {
  const mcp = parent.command('mcp').description('use a hosted MCP server');
  for (const add of [addMcpTools, addMcpCall, addMcpBridge]) add(mcp, cli);
}
