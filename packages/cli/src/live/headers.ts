/** Request headers as the command line gives them: `Name: value`. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Refusal } from '../refusal.ts';

/** Names in lower case; a name given twice has its values joined as HTTP does. */
export function parseHeaders(lines: readonly string[] = []): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name, value] = parse(line);
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

function parse(line: string): [string, string] {
  const at = line.indexOf(':');
  if (at < 1) throw new Refusal(`"${line}" is not of the form "Name: value".`, { exit: 'usage' });
  const name = line.slice(0, at).trim().toLowerCase();
  const value = line.slice(at + 1).trim();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (error) {
    throw new Refusal(`"${line}" is no valid header.`, { exit: 'usage', cause: error });
  }
  return [name, value];
}
