/**
 * Message: one JSON-RPC message per text frame, to and from text. What is no message becomes a refusal with the
 * error response that JSON-RPC 2.0 (section 5.1) asks for.
 */
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { isMessage } from './json-rpc.ts';

export const errorCodes = { parse: -32700, invalidRequest: -32600, internal: -32603, busy: -32000 } as const;

/** A frame that holds no message. */
export interface Refused {
  readonly error: Error;
  /** What to send back. Undefined when the frame looked like a response: those are never answered. */
  readonly answer: string | undefined;
  /** The messages of a batch that holds nothing else: revision 2025-03-26 has them. */
  readonly batch?: readonly JSONRPCMessage[];
}

export function readMessage(text: string): JSONRPCMessage | Refused {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(errorCodes.parse, 'Parse error: the frame is not JSON.', { cause: error });
  }
  if (isMessage(value)) return value;
  if (Array.isArray(value)) return readBatch(value);
  return refused(errorCodes.invalidRequest, 'Invalid Request: the frame is not a JSON-RPC 2.0 message.', {
    value,
  });
}

/** Refused as a whole unless every element is a message. */
function readBatch(values: readonly unknown[]): Refused {
  const refusal = refused(
    errorCodes.invalidRequest,
    'Invalid Request: send one message per frame, not a batch.',
  );
  return values.length > 0 && values.every(isMessage) ? { ...refusal, batch: values } : refusal;
}

export function isRefused(read: JSONRPCMessage | Refused): read is Refused {
  return !('jsonrpc' in read);
}

/** Text of an error response. `id` is null where the request's own is unknown, as JSON-RPC 2.0 has it. */
export function errorText(id: RequestId | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}

/** A message that cannot be sent. The connection is not affected. */
export class UnsendableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnsendableError';
  }
}

/** The connection was closed already: nothing of the message left this process. */
export class NotSentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotSentError';
  }
}

/** Throws an UnsendableError when the message is no JSON or larger than `maxBytes`. */
export function writeMessage(message: JSONRPCMessage, maxBytes: number): string {
  const text = stringify(message);
  const size = Buffer.byteLength(text);
  if (size <= maxBytes) return text;
  throw new UnsendableError(
    `The message has ${size} bytes, more than the ${maxBytes} that this connection takes. ` +
      `Send less, or raise maxMessageBytes at both ends and wherever the connection passes through.`,
  );
}

function stringify(message: JSONRPCMessage): string {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    throw new UnsendableError('The message cannot be written as JSON.', { cause });
  }
}

function refused(
  code: number,
  message: string,
  { value, cause }: { value?: unknown; cause?: unknown } = {},
): Refused {
  const error = new Error(`The peer sent something else than a message. ${message}`, { cause });
  if (looksLikeResponse(value)) return { error, answer: undefined };
  return { error, answer: errorText(idOf(value), code, message) };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function looksLikeResponse(value: unknown): boolean {
  return isObject(value) && !('method' in value) && ('result' in value || 'error' in value);
}

function idOf(value: unknown): RequestId | null {
  if (!isObject(value) || !('id' in value)) return null;
  return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : null;
}
