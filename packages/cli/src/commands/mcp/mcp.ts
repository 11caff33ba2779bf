/** `mooring mcp`: talk to a hosted MCP server over WebSocket. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Cli } from '../../terminal.ts';
import { addMcpCall } from './call.ts';
import { addMcpTools } from './tools.ts';

export function addMcp(parent: CommandUnknownOpts, cli: Cli): void {
  const mcp = parent.command('mcp').description('list and call the tools of a hosted MCP server');
  for (const add of [addMcpTools, addMcpCall]) add(mcp, cli);
}
