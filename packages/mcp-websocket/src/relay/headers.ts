/**
 * Headers: what the stateless era's Streamable HTTP wants to be told twice (revision 2026-07-28, transports, server
 * validation). Whether headers that are there agree with the body, the SDK's classification has looked at already,
 * but for the name.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';

export const headerMismatch = -32020;

/** Which field of the params `Mcp-Name` repeats. */
const nameFields = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/** What is wrong, for the message of error -32020; undefined when nothing is. */
export function disagreement(
  { method, params }: JSONRPCRequest,
  headers: IncomingHttpHeaders,
): string | undefined {
  for (const name of ['mcp-protocol-version', 'mcp-method'])
    if (headers[name] === undefined) return `the required header ${name} is missing`;
  const field = nameFields.get(method);
  const value = field === undefined ? undefined : params?.[field];
  if (typeof value !== 'string') return undefined;
  const header = headers['mcp-name'];
  if (header === undefined) return `the required header mcp-name is missing; the body has "${value}"`;
  const said = decode(String(header));
  if (said === undefined) return 'the header mcp-name is not in Base64, although it says so';
  return said === value ? undefined : `the header mcp-name says "${said}", the body "${value}"`;
}

/** The value behind `=?base64?…?=`; the text itself without it; undefined when it is no Base64. */
function decode(text: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(text)?.[1];
  if (encoded === undefined) return text;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes.toString() : undefined;
}
