/**
 * JSON-RPC: what is a message, and of which of the four kinds, by its fields alone. It agrees with the schema of the
 * SDK, which takes fifty times as long: every message passes here, most of them only to be handed on.
 */
import type {
  JSONRPCErrorResponse,
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResultResponse,
} from '@modelcontextprotocol/server';

const fields = {
  call: new Set(['jsonrpc', 'id', 'method', 'params']),
  result: new Set(['jsonrpc', 'id', 'result']),
  error: new Set(['jsonrpc', 'id', 'error']),
} as const;

/** A task that a request belongs to, as revision 2025-11-25 names it. */
const relatedTask = 'io.modelcontextprotocol/related-task';

/** True for a request, a notification, a result or an error as MCP has them: no batch, and no field beside theirs. */
export function isMessage(value: unknown): value is JSONRPCMessage {
  if (!isFields(value) || value['jsonrpc'] !== '2.0') return false;
  if ('method' in value) return isCall(value);
  if ('result' in value) return isId(value['id']) && isResult(value['result']) && has(value, fields.result);
  return 'error' in value && isOptionalId(value) && isError(value['error']) && has(value, fields.error);
}

/** Of messages only; what else there may be, `isMessage` has to tell before. */
export const isRequest = (message: JSONRPCMessage): message is JSONRPCRequest =>
  'method' in message && 'id' in message;

export const isNotification = (message: JSONRPCMessage): message is JSONRPCNotification =>
  'method' in message && !('id' in message);

export const isResultResponse = (message: JSONRPCMessage): message is JSONRPCResultResponse =>
  'result' in message;

export const isErrorResponse = (message: JSONRPCMessage): message is JSONRPCErrorResponse =>
  'error' in message;

/** A result or an error. */
export const isAnswer = (message: JSONRPCMessage): message is JSONRPCResultResponse | JSONRPCErrorResponse =>
  !('method' in message);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): boolean => typeof value === 'string' || Number.isSafeInteger(value);

const isOptionalId = (value: Fields): boolean => value['id'] === undefined || isId(value['id']);

function isCall(value: Fields): boolean {
  const { method, params } = value;
  if (typeof method !== 'string' || !has(value, fields.call)) return false;
  if ('id' in value && !isId(value['id'])) return false;
  return params === undefined || (isFields(params) && isMeta(params['_meta']));
}

function isMeta(meta: unknown): boolean {
  if (meta === undefined) return true;
  if (!isFields(meta)) return false;
  const { progressToken, [relatedTask]: task } = meta;
  if (progressToken !== undefined && !isId(progressToken)) return false;
  return task === undefined || (isFields(task) && typeof task['taskId'] === 'string');
}

function isResult(result: unknown): boolean {
  return isFields(result) && (result['_meta'] === undefined || isFields(result['_meta']));
}

function isError(error: unknown): boolean {
  return isFields(error) && Number.isSafeInteger(error['code']) && typeof error['message'] === 'string';
}

/** True when it has no other fields. */
function has(value: Fields, allowed: ReadonlySet<string>): boolean {
  for (const name in value) if (!allowed.has(name)) return false;
  return true;
}
