/**
 * Speaks: asks an MCP server which eras it knows, by starting it once. A command that is not there, ends, or is no MCP
 * server is found out before anybody calls; how long one may say nothing is up to who waits for it.
 */
import {
  LATEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { isAnswer, isResultResponse } from '../json-rpc.ts';
import { versionsIn } from '../relay/fields.ts';
import { timedOut, within } from '../within.ts';
import type { Child } from './child.ts';

/** The revision of the stateless era. */
const stateless = '2026-07-28';

const clientInfo = { name: 'mooring-stdio-host', version: '1' };

const discover: JSONRPCMessage = {
  jsonrpc: '2.0',
  id: 'discover',
  method: 'server/discover',
  params: {
    _meta: {
      [PROTOCOL_VERSION_META_KEY]: stateless,
      [CLIENT_INFO_META_KEY]: clientInfo,
      [CLIENT_CAPABILITIES_META_KEY]: {},
    },
  },
};

const initialize: JSONRPCMessage = {
  jsonrpc: '2.0',
  id: 'initialize',
  method: 'initialize',
  params: { protocolVersion: LATEST_PROTOCOL_VERSION, capabilities: {}, clientInfo },
};

export interface Speaks {
  /** Of the stateless era; none when it does not know that. Whether it knows the other one shows when somebody asks. */
  readonly versions: readonly string[];
}

/** Milliseconds after which a server that does not answer `server/discover` is asked in the other way. */
const patience = 5_000;

/** Starts the child and closes it again. Throws when it cannot be started, ends, or answers neither way. */
export async function findEras(child: Child, signal: AbortSignal): Promise<Speaks> {
  const answers = {
    discover: Promise.withResolvers<readonly string[]>(),
    initialize: Promise.withResolvers<boolean>(),
  };
  for (const { promise } of Object.values(answers)) promise.catch(() => undefined);
  const fail = (reason: string) => () => {
    for (const { reject } of Object.values(answers)) reject(new Error(reason));
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  child.onmessage = (message) => {
    if (!isAnswer(message)) return;
    if (message.id === 'discover')
      answers.discover.resolve(isResultResponse(message) ? versionsIn(message.result) : []);
    if (message.id === 'initialize') answers.initialize.resolve(isResultResponse(message));
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
  child.onclose = () => fail(`The MCP server ${child.end} before it answered.`)();
  const abort = fail('The host stops.');
  signal.addEventListener('abort', abort, { once: true });
  try {
    await child.start();
    await child.send(discover);
    const found = await within(patience, answers.discover.promise);
    if (found !== timedOut && found.length > 0) return { versions: found };
    await child.send(initialize);
    const knows = await Promise.race([answers.initialize.promise, answers.discover.promise.then(known)]);
    if (typeof knows === 'object') return { versions: knows };
    if (!knows)
      throw new Error('The MCP server answers neither server/discover nor initialize with a result.');
    return { versions: [] };
  } finally {
    signal.removeEventListener('abort', abort);
    await child.close();
  }
}

/** A late answer to the first question counts when it is a yes; a no leaves the other to decide. */
const known = (versions: readonly string[]): Promise<readonly string[]> | readonly string[] =>
  versions.length > 0 ? versions : new Promise(() => undefined);
