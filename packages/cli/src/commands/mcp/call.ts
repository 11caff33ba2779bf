/** `mooring mcp call <app> <tool> key=value…`: one call of a tool. */
import { TimedOut } from '@mooring/client';
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { contentLines } from '../../mcp/content.ts';
import { toolArguments } from '../../mcp/arguments.ts';
import type { McpSession } from '../../mcp/open.ts';
import { seconds } from '../../option.ts';
import { printResult } from '../../output/print.ts';
import { Refusal } from '../../refusal.ts';
import { openSession, type Session } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

const help = `
A value is read as the type that the tool's schema gives its key; key:=json gives JSON as it is; a key that is an
array may be repeated.

Examples:
  mooring mcp call weather get-alerts state=CA
  mooring mcp call weather get-forecast latitude=37.77 longitude=-122.42
  mooring mcp call planner plan 'days:=[1,2]' --path /mcp-ws`;

export function addMcpCall(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('call')
    .description('call a tool of a hosted MCP server')
    .argument('<app>', 'name or id of the application')
    .argument('<tool>', 'name of the tool, see mcp tools')
    .argument('[arguments...]', 'key=value or key:=json')
    .option('--path <path>', 'where it speaks MCP over WebSocket', '/ws')
    .option('--timeout <seconds>', 'how long the tool may take', seconds(86_400), 60)
    .addHelpText('after', help)
    .action(async (named, toolName, given, { path, timeout }) => {
      const { openMcp } = await import('../../mcp/open.ts');
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      await using mcp = await openMcp(session, { applicationId: id, path });
      const tool = await findTool(mcp, toolName, session);
      const call = { name: tool.name, arguments: toolArguments(tool, given) };
      const result = await callTool(mcp, call, { session, timeout: timeout * 1000 });
      const text = contentLines(result.content);
      if (!result.isError || cli.shared().json) printResult(cli, result, () => text);
      if (result.isError)
        throw new Refusal(`The tool ${tool.name} answered with an error.`, {
          exit: 'application',
          hint: text.join('\n'),
        });
    });
}

async function findTool({ client }: McpSession, name: string, { signal }: Session): Promise<Tool> {
  const { tools } = await client.listTools({}, { signal });
  const tool = tools.find((one) => one.name === name);
  if (tool) return tool;
  throw new Refusal(`There is no tool "${name}".`, {
    exit: 'notFound',
    hint: `There are: ${tools.map((one) => one.name).join(', ')}`,
  });
}

interface CallLimits {
  readonly session: Session;
  /** Milliseconds. */
  readonly timeout: number;
}

async function callTool(
  { client }: McpSession,
  call: { name: string; arguments: Record<string, unknown> },
  { session, timeout }: CallLimits,
): Promise<CallToolResult> {
  const { ProtocolError, SdkError, SdkErrorCode } = await import('@modelcontextprotocol/client');
  try {
    return await client.callTool(call, { signal: session.signal, timeout });
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new Refusal(`The server refused the call: ${error.message}`, {
        exit: 'application',
        cause: error,
      });
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
      throw new TimedOut(`The tool ${call.name} did not answer within ${timeout / 1000} s (see --timeout).`, {
        cause: error,
      });
    throw error;
  }
}
