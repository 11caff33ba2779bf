/** A second, independent identity domain for tests: a real HTTP server that signs with jose. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(kid: string, alg = 'RS256'): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs any claims and header with a key. */
export function signWith(key: TestKey, claims: JWTPayload, header: object = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey);
}

export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Requests so far, by path. */
  readonly hits: Map<string, number>;
  /** Its published keys; may be changed. */
  keys: JWK[];
  /** Called before anything is answered; true: it answered itself. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** The `issuer` of its discovery document. Default: its URL. */
  name: string;
  /** Paths that it serves. */
  paths: { discovery: string; keys: string };
}

/** Starts an issuer on a free port. */
export async function openTestIssuer(...keys: TestKey[]): Promise<TestIssuer> {
  const server = createServer((request, response) => serve(issuer, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    hits: new Map(),
    keys: keys.map(({ publicJwk }) => publicJwk),
    intercept: undefined,
    name: url,
    paths: { discovery: '/.well-known/openid-configuration', keys: '/jwks' },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}

function serve(issuer: TestIssuer, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  issuer.hits.set(path, (issuer.hits.get(path) ?? 0) + 1);
  if (issuer.intercept?.(request, response)) return;
  response.setHeader('content-type', 'application/json');
  if (path === issuer.paths.discovery)
    response.end(JSON.stringify({ issuer: issuer.name, jwks_uri: issuer.url + issuer.paths.keys }));
  else if (path === issuer.paths.keys) response.end(JSON.stringify({ keys: issuer.keys }));
  else response.writeHead(404).end('{}');
}
