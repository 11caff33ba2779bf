/** An IAM application behind a gateway, registered keys, and requests that are sent exactly as they were signed. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { keyRoles, type ApplicationSettings, type KeyRole } from '@mooring/contract';
import type { FindHolder } from '../identity/principal.ts';
import { signatureHeaders } from '../identity/verify/sign.fixture.ts';
import { host, startGateway, startReplica, type TestGateway, type TestReplica } from './gateway.fixture.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** Registered nowhere. */
export const stranger: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

export const tenancy = 'ocid1.tenancy.oc1..a';
export const fingerprint = '20:3b:97';
/** The user has its role for a name. */
export const keyIdOf = (role: KeyRole): string => `${tenancy}/ocid1.user.oc1..${role}/${fingerprint}`;

const findKey: FindHolder = async (keyId) => {
  const role = keyRoles.find((one) => keyIdOf(one) === keyId);
  if (role === undefined) return undefined;
  const user = `ocid1.user.oc1..${role}`;
  return { publicKey: pair.publicKey, owner: { role, tenancy, user, fingerprint } };
};

export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SignedStand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly replica: TestReplica;
  readonly invoke: (path?: string) => string;
  readonly live: (path?: string) => string;
  readonly id: string;
  /** A request as OCI's SDKs sign it. Default: GET by a key with the role invoke. */
  sign(given?: {
    method?: string;
    path?: string;
    body?: string | Buffer;
    streamed?: { length: number; hash: string };
    host?: string;
    time?: number;
    key?: KeyObject;
    keyId?: string;
  }): Sent;
  /** Sends nothing but what is given, and reads the whole answer. */
  send(sent: Sent): Promise<Answer>;
  /** Sends the head only. */
  begin(sent: Sent): ClientRequest;
}

export async function standSigned(
  parts: Parameters<typeof startReplica>[0],
  settings: Partial<ApplicationSettings> = {},
  tls?: { cert: string; key: string },
): Promise<SignedStand> {
  await using owned = new AsyncDisposableStack();
  const replica = owned.use(await startReplica(parts));
  const gateway = owned.use(await startGateway({ findKey, ...(tls && { tls }) }));
  const app = host(gateway.directory, [replica], { auth: { kind: 'signature' }, settings });
  const everything = owned.move();
  const begin = ({ method, path, headers }: Sent): ClientRequest => {
    const target = { host: '127.0.0.1', port: gateway.port, path, method };
    return http.request({ ...target, headers, setHost: false, agent: false });
  };
  return {
    gateway,
    replica,
    ...app,
    sign: ({ method = 'GET', path = app.invoke('/x?y=1'), body, ...given } = {}) => ({
      method,
      path,
      headers: signatureHeaders({
        method,
        target: path,
        host: given.host ?? `localhost:${gateway.port}`,
        key: given.key ?? pair.privateKey,
        keyId: given.keyId ?? keyIdOf('invoke'),
        ...(body !== undefined && { body }),
        streamed: given.streamed,
        ...(given.time !== undefined && { time: given.time }),
      }),
      ...(body !== undefined && { body }),
    }),
    send: async (sent) => {
      const request = begin(sent);
      request.end(sent.body);
      return await answerTo(request);
    },
    begin,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** The whole answer. A request that fails to be written afterwards disturbs nobody. */
export async function answerTo(request: ClientRequest): Promise<Answer> {
  const [message]: IncomingMessage[] = await once(request, 'response');
  request.on('error', () => {});
  if (message === undefined) throw new TypeError('an answer was expected');
  const { statusCode = 0, headers } = message;
  return { status: statusCode, headers, body: await text(message) };
}
