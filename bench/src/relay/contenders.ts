/** Contenders: Mooring's gateway and its peers, each in front of the same echo server. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invokePath, livePath, makeOcid } from '@mooring/contract';
import { youngGeneration } from '@mooring/server/gateway';
import { generate } from 'selfsigned';
import { start, type Program, type Subject } from '../subject.ts';
import type { Target } from './load.ts';
import { findPeers } from './peers.ts';
import { audience, issuer, openIssuer, scope } from './tokens.ts';

export interface Contender {
  readonly name: string;
  /** A new process of it. */
  readonly start: () => Promise<Subject>;
  /** One whose collector has nothing to do for long. Absent: it has no heap of JavaScript that could be asked for. */
  readonly startHoarding?: () => Promise<Program>;
  /** Makes ready for so many handshakes with a token each, none seen before. */
  readonly prepare: (handshakes: number) => Promise<void>;
  readonly path: { readonly live: string; readonly invoke: string };
  /** The next fresh token, or one that was seen before. */
  readonly token: { readonly fresh: () => string | undefined; readonly known: () => string | undefined };
}

export interface Line {
  readonly contenders: readonly Contender[];
  /** The echo server itself, for what a connection costs without a proxy. */
  readonly direct: Subject;
}

export interface LineOptions {
  readonly directory: string;
  readonly owned: AsyncDisposableStack;
  readonly missing: (reason: string) => void;
}

const at = (program: string): URL => new URL(program, import.meta.url);
const none = { fresh: () => undefined, known: () => undefined };
const anywhere = { live: '/ws', invoke: '/invoke' };

export async function lineUp({ directory, owned, missing }: LineOptions): Promise<Line> {
  const pem = join(directory, 'both.pem');
  await writeFile(pem, await certificate(), { mode: 0o600 });
  const echo = owned.use(await start(at('./echo.ts'), null));
  const peers = findPeers(missing).map(({ name, start: begin }) => ({
    name,
    start: () => begin({ echo: echo.port, directory }),
    prepare: async () => {},
    path: anywhere,
    token: none,
  }));
  const httpProxy = {
    name: 'http-proxy-3',
    start: () => start(at('./http-proxy-3.ts'), { echo: echo.port, pem }),
    prepare: async () => {},
    path: anywhere,
    token: none,
  };
  return { contenders: [await mooring(echo.port, pem), httpProxy, ...peers], direct: echo };
}

/** As a worker of the server has it. */
const young = [`--max-semi-space-size=${youngGeneration / 3}`];

/** Room for what is allocated in seconds. MB. */
const hoarding = ['--min-semi-space-size=512', '--max-semi-space-size=512'];

async function mooring(replicaPort: number, pem: string): Promise<Contender> {
  const tokenIssuer = await openIssuer();
  const { jwks, key: assertionKey } = tokenIssuer;
  const applicationId = makeOcid('application', randomBytes(32));
  const given = { replicaPort, applicationId, issuer, audience, scope, pem, jwks, assertionKey };
  const tokens: string[] = [];
  const [known] = await tokenIssuer.sign(1);
  return {
    name: 'mooring',
    start: () => start(at('./gateway.ts'), given, young),
    startHoarding: () => start(at('./gateway.ts'), given, hoarding),
    prepare: async (handshakes) => void tokens.push(...(await tokenIssuer.sign(handshakes - tokens.length))),
    path: { live: livePath(applicationId, '/ws'), invoke: invokePath(applicationId, '/invoke') },
    token: { fresh: () => tokens.pop(), known: () => known },
  };
}

/** What a contender is asked for. */
export function targetOf(
  { path, token }: Contender,
  { port, tlsPort }: Subject,
  { form = 'live', tls = false, known = true }: { form?: 'live' | 'invoke'; tls?: boolean; known?: boolean },
): Target {
  return {
    port: tls ? tlsPort : port,
    path: path[form],
    tls,
    token: known ? token.known : token.fresh,
  };
}

async function certificate(): Promise<string> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
  });
  return `${made.cert}\n${made.private}`;
}
