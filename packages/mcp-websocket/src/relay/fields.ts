/** Fields of a message that a relay has to know: where they stand, and how they are replaced. */
import {
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SUBSCRIPTION_ID_META_KEY,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage, JSONRPCNotification, RequestId } from '@modelcontextprotocol/server';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is RequestId => typeof value === 'string' || typeof value === 'number';

function metaOf(params: unknown): Fields {
  const meta = isFields(params) ? params['_meta'] : undefined;
  return isFields(meta) ? meta : {};
}

const paramsOf = (message: JSONRPCMessage): unknown => ('params' in message ? message.params : undefined);

/** True for what carries the envelope of the stateless era. */
export function isStateless(message: JSONRPCMessage): boolean {
  return metaOf(paramsOf(message))[PROTOCOL_VERSION_META_KEY] !== undefined;
}

/** The version that a request of the stateless era is of. */
export function versionOf(params: unknown): string | undefined {
  const version = metaOf(params)[PROTOCOL_VERSION_META_KEY];
  return typeof version === 'string' ? version : undefined;
}

/** The versions in the answer to `server/discover`. */
export function versionsIn(result: unknown): readonly string[] {
  const versions = isFields(result) ? result['supportedVersions'] : undefined;
  return Array.isArray(versions) ? versions.filter((version) => typeof version === 'string') : [];
}

export const wantsLog = (message: JSONRPCMessage): boolean =>
  metaOf(paramsOf(message))[LOG_LEVEL_META_KEY] !== undefined;

/** The token that a request asks to be told of its progress with. */
export function progressTokenOf(message: JSONRPCMessage): RequestId | undefined {
  const token = metaOf(paramsOf(message))['progressToken'];
  return isId(token) ? token : undefined;
}

/** The token that a progress notification is about. */
export function progressOf(message: JSONRPCNotification): RequestId | undefined {
  const token = message.params?.['progressToken'];
  return message.method === 'notifications/progress' && isId(token) ? token : undefined;
}

/** The request that a cancellation is about. */
export function cancelledOf(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id = message.params?.['requestId'];
  return isId(id) ? id : undefined;
}

/** The subscription that a notification belongs to. */
export function subscriptionOf(message: JSONRPCNotification): RequestId | undefined {
  const id = metaOf(message.params)[SUBSCRIPTION_ID_META_KEY];
  return isId(id) ? id : undefined;
}

/** What a server wants back with the answer to an input-required result. */
export function requestStateOf(fields: unknown): string | undefined {
  const state = isFields(fields) ? fields['requestState'] : undefined;
  return typeof state === 'string' ? state : undefined;
}

/** The fields with one of `_meta` replaced. */
function withMeta(fields: Fields, key: string, value: unknown): Record<string, unknown> {
  return { ...fields, _meta: { ...metaOf(fields), [key]: value } };
}

/** A request's params, asking with another progress token if they ask with one. */
export function withProgressToken(params: Fields | undefined, token: RequestId): Record<string, unknown> {
  const asks = metaOf(params)['progressToken'] !== undefined;
  return asks ? withMeta(params ?? {}, 'progressToken', token) : { ...params };
}

/** Params of a notification, or a result, that belong to another subscription id. */
export function withSubscription(fields: Fields, id: RequestId): Record<string, unknown> {
  const has = metaOf(fields)[SUBSCRIPTION_ID_META_KEY] !== undefined;
  return has ? withMeta(fields, SUBSCRIPTION_ID_META_KEY, id) : { ...fields };
}
