/**
 * `npm run bench`: what the gateway costs, beside http-proxy-3, in one run on one machine. Both relay to the same
 * echo server in turns; what is measured is the CPU time of the proxy's own process. Takes about two minutes.
 */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { livePath, makeOcid } from '@mooring/contract';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { handshakes, roundTrips, type Target } from './load.ts';
import { start, type Subject } from './message.ts';

const turns = 5;
const seconds = 3;
const connections = 64;
const handshakeCount = 1500;
const issuer = 'https://issuer.example';
const audience = 'urn:bench';
const scope = 'invoke';

interface Contender {
  readonly name: string;
  readonly subject: Subject;
  readonly target: Target;
}

type Work = (target: Target) => Promise<number>;

const works: Record<string, Work> = {
  'round trip, 128 B': (target) => roundTrips(target, { connections, size: 128, seconds }),
  'round trip, 1 KiB': (target) => roundTrips(target, { connections, size: 1024, seconds }),
  'round trip, 16 KiB': (target) => roundTrips(target, { connections, size: 16_384, seconds }),
  handshake: (target) => handshakes(target, { total: handshakeCount, parallel: 50 }),
};

/** CPU microseconds of the proxy per unit of work. */
async function cost({ subject, target }: Contender, work: Work): Promise<number> {
  const before = await subject.cpu();
  const units = await work(target);
  return ((await subject.cpu()) - before) / units;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

interface Signed {
  readonly jwks: { readonly keys: JWK[] };
  readonly tokens: readonly string[];
}

/** Tokens that all differ, so that none has been verified before. */
async function sign(count: number): Promise<Signed> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const one = (jti: number): Promise<string> =>
    new SignJWT({ scope, client_id: 'bench', jti: String(jti) })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('bench')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' };
  return {
    jwks: { keys: [jwk] },
    tokens: await Promise.all(Array.from({ length: count }, (_, jti) => one(jti))),
  };
}

const { jwks, tokens } = await sign(turns * (handshakeCount + 3 * connections));
const applicationId = makeOcid('application', randomBytes(32));
await using echo = await start('echo.ts', null);
await using gateway = await start('gateway.ts', {
  replicaPort: echo.port,
  applicationId,
  issuer,
  audience,
  scope,
  jwks,
});
await using peer = await start('http-proxy-3.ts', echo.port);

let used = 0;
const contenders: Contender[] = [
  {
    name: 'mooring',
    subject: gateway,
    target: { port: gateway.port, path: livePath(applicationId, '/ws'), token: () => tokens[used++] },
  },
  { name: 'http-proxy-3', subject: peer, target: { port: peer.port, path: '/ws', token: () => undefined } },
];

console.log(`Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? 'an unknown CPU'}.`);
console.log(
  `${connections} connections; µs of the proxy's CPU, medians of ${turns} turns. Every handshake with Mooring`,
);
console.log('carries a token of its own (RS256) that is verified; http-proxy-3 verifies nothing.');
console.log(['what', ...contenders.map(({ name }) => name), 'ratio'].join('\t'));
for (const [what, work] of Object.entries(works)) {
  const costs = contenders.map((): number[] => []);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, contender] of contenders.entries()) costs[index]?.push(await cost(contender, work));
  }
  const medians = costs.map(median);
  const ratio = (medians[0] ?? NaN) / (medians[1] ?? NaN);
  console.log([what, ...medians.map((value) => value.toFixed(1)), ratio.toFixed(2)].join('\t'));
}
