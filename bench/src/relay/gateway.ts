/** Mooring's gateway as it is in the server: routing, token verification, accounting, limits, metrics and log switched on. */
import { readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { defaultSettings } from '@mooring/contract';
import {
  Arrivals,
  beginYoung,
  createAsserter,
  createNames,
  createVerifier,
  Directory,
  Gateway,
  listenForApplications,
  openLog,
  systemClock,
  systemRandom,
  watchWith,
  type ApplicationHandlers,
} from '@mooring/server/gateway';
import { z } from 'zod';
import { argument, serve } from '../subject.ts';

const given = z
  .object({
    replicaPort: z.number(),
    applicationId: z.string(),
    issuer: z.string(),
    audience: z.string(),
    scope: z.string(),
    pem: z.string(),
    assertionKey: z.looseObject({ kty: z.string() }),
    jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
  })
  .parse(JSON.parse(argument()));

const log = openLog('info', devNull);
const directory = new Directory();
directory.put({
  applicationId: given.applicationId,
  name: 'echo',
  auth: { kind: 'oauth', issuer: given.issuer, audience: given.audience, scope: given.scope },
  settings: defaultSettings,
  replicas: [{ id: 'echo-1', host: '127.0.0.1', port: given.replicaPort, state: 'ready' }],
  notice: undefined,
});
const gateway = new Gateway({
  tickets: { add: async () => {}, take: async () => undefined },
  directory,
  names: createNames({ publicUrls: [], localUrls: ['http://localhost:8080'], trustedProxies: [] }),
  verifyToken: createVerifier({
    own: { issuers: () => [given.issuer], jwks: () => given.jwks },
    clock: systemClock,
    allowPrivateIssuers: false,
    log,
  }),
  assert: createAsserter({ key: given.assertionKey, issuer: given.issuer, clock: systemClock }),
  clock: systemClock,
  random: systemRandom,
  log,
  isReady: () => true,
  observer: watchWith({ arrivals: new Arrivals((id) => id), tracing: undefined }),
});
const common = { host: '127.0.0.1', port: 0 };
const handlers: ApplicationHandlers = {
  request: (request, response) => void gateway.request(request, response),
  upgrade: (request, socket, head) => void gateway.upgrade(request, socket, head),
};
const pem = readFileSync(given.pem, 'utf8');
const plain = await listenForApplications(common, handlers);
const tls = await listenForApplications({ ...common, tls: { cert: pem, key: pem } }, handlers);
beginYoung();
serve({ port: plain.port, tlsPort: tls.port });
