/** One conversation with the example as an MCP client, message by message. */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { openMcp } from '../mcp/open.ts';
import { traced, type Direction } from '../mcp/traced.ts';
import { contentLines } from '../mcp/content.ts';
import { Refusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { weather } from './weather.ts';

export type Tell = (direction: Direction, message: JSONRPCMessage) => void;

/** initialize, tools/list, tools/call. Throws when a step fails or the tool answers with an error. */
export async function converse(session: Session, applicationId: string, tell: Tell): Promise<void> {
  await using mcp = await openMcp(session, { applicationId, wrap: (transport) => traced(transport, tell) });
  const { signal } = session;
  const { tools } = await mcp.client.listTools({}, { signal });
  if (!tools.some(({ name }) => name === weather.tool))
    throw new Refusal(`${weather.name} has no tool ${weather.tool}.`, { exit: 'notFound' });
  const call = { name: weather.tool, arguments: { ...weather.arguments } };
  const { isError, content } = await mcp.client.callTool(call, { signal });
  if (isError)
    throw new Refusal(`${weather.tool} answered with an error: ${contentLines(content).join(' ')}`, {
      exit: 'application',
    });
}

/** Characters of a message that are shown. */
const longest = 600;

/** A message on one line, shortened when it is long. */
export function messageLine(direction: Direction, message: JSONRPCMessage): string {
  const arrow = direction === 'sent' ? '→' : '←';
  const text = JSON.stringify(message);
  if (text.length <= longest) return `${arrow} ${text}`;
  return `${arrow} ${text.slice(0, longest)} … (${text.length} characters)`;
}
