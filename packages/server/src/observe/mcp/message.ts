/**
 * Message: what is worth counting of a JSON-RPC message. It reads both eras of the protocol, and batches, and takes
 * out of a message only what stands in these types: no arguments, no results.
 */
import { codeLabel, isToolName, methodLabel, other } from './methods.ts';

export interface Request {
  readonly kind: 'request';
  /** Undefined: its answer cannot be told from others. */
  readonly id: string | undefined;
  readonly method: string;
  /** Of `tools/call` only. */
  readonly tool: string | undefined;
  /** `params._meta.traceparent` (SEP-414). */
  readonly traceparent: string | undefined;
}

export interface Notification {
  readonly kind: 'notification';
  readonly method: string;
  /** The request that nobody waits for any more. */
  readonly cancels: string | undefined;
}

export interface Answer {
  readonly kind: 'answer';
  readonly id: string | undefined;
  /** `ok`, `tool_error`, `input_required`, or the code of the error. */
  readonly code: string;
  /** Names of tools, of an answer that lists some. */
  readonly tools: readonly string[];
}

export type Message = Request | Notification | Answer;

/** Tools of one list that are looked at. */
const listedTools = 100;
const longestId = 128;
const traceparentLength = 55;

/** The messages that this text is; undefined when it is no JSON-RPC. Never throws. */
export function readMessages(text: string): Message[] | undefined {
  const value = parse(text);
  if (!Array.isArray(value)) {
    const message = readMessage(value);
    return message && [message];
  }
  const messages = value.map(readMessage).filter((message) => message !== undefined);
  return messages.length === value.length && messages.length > 0 ? messages : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined;
  if (typeof value.method === 'string') return 'id' in value ? request(value) : notification(value);
  return 'result' in value || 'error' in value ? answer(value) : undefined;
}

function request({ id, method, params }: Fields): Request {
  const given = isObject(params) ? params : {};
  const meta = isObject(given._meta) ? given._meta : {};
  const { traceparent } = meta;
  return {
    kind: 'request',
    id: idOf(id),
    method: methodLabel(String(method)),
    tool: method === 'tools/call' ? nameOf(given.name) : undefined,
    traceparent:
      typeof traceparent === 'string' && traceparent.length === traceparentLength ? traceparent : undefined,
  };
}

function notification({ method, params }: Fields): Notification {
  const isCancel = method === 'notifications/cancelled' && isObject(params);
  return {
    kind: 'notification',
    method: methodLabel(String(method)),
    cancels: isCancel ? idOf(params.requestId) : undefined,
  };
}

function answer({ id, result, error }: Fields): Answer {
  return { kind: 'answer', id: idOf(id), code: codeOf(result, error), tools: toolsOf(result) };
}

function codeOf(result: unknown, error: unknown): string {
  if (error !== undefined) return codeLabel(isObject(error) ? error.code : undefined);
  if (!isObject(result)) return 'ok';
  if (result.isError === true) return 'tool_error';
  return result.resultType === 'input_required' ? 'input_required' : 'ok';
}

function toolsOf(result: unknown): string[] {
  if (!isObject(result) || !Array.isArray(result.tools)) return [];
  const tools: unknown[] = result.tools;
  return tools
    .slice(0, listedTools)
    .map((tool) => (isObject(tool) ? tool.name : undefined))
    .filter(isToolName);
}

const nameOf = (name: unknown): string => (isToolName(name) ? name : other);

/** 1 and "1" are two ids. */
function idOf(id: unknown): string | undefined {
  if (typeof id === 'number') return `n${id}`;
  return typeof id === 'string' && id.length <= longestId ? `s${id}` : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
