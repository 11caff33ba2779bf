/**
 * Methods: the words that may become labels, so that no peer decides how many there are. Methods and error codes are
 * those of the protocol's revisions 2024-11-05 to 2026-07-28; whatever else is said is `other`.
 */

export const other = 'other';

const methods = new Set([
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'completion/complete',
  'elicitation/create',
  'logging/setLevel',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/call',
  'tools/list',
  'notifications/cancelled',
  'notifications/elicitation/complete',
  'notifications/initialized',
  'notifications/message',
  'notifications/progress',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/subscriptions/acknowledged',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
]);

export const methodLabel = (method: string): string => (methods.has(method) ? method : other);

/** JSON-RPC 2.0 section 5.1, and what MCP and its SDKs add. */
const codes = new Set([
  -32700, -32600, -32601, -32602, -32603, -32000, -32001, -32002, -32020, -32021, -32022, -32042,
]);

export const codeLabel = (code: unknown): string =>
  typeof code === 'number' && codes.has(code) ? String(code) : other;

/** A name as the protocol has them; with a solidus, which older servers use. */
const toolName = /^[\w./-]{1,128}$/;

export const isToolName = (name: unknown): name is string => typeof name === 'string' && toolName.test(name);
