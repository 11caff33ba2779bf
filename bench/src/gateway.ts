/** Mooring's gateway as it is in the server: routing, token verification, accounting, limits and log switched on. */
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { defaultSettings } from '@mooring/contract';
import {
  createNames,
  createVerifier,
  Directory,
  Gateway,
  listen,
  systemClock,
  systemRandom,
} from '@mooring/server/gateway';
import { pino } from 'pino';
import { z } from 'zod';
import { argument, serve } from './message.ts';

const given = z
  .object({
    replicaPort: z.number(),
    applicationId: z.string(),
    issuer: z.string(),
    audience: z.string(),
    scope: z.string(),
    jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
  })
  .parse(JSON.parse(argument()));

const log = pino({ base: undefined }, createWriteStream(devNull));
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
  assert: () => 'assertion',
  clock: systemClock,
  random: systemRandom,
  log,
  isReady: () => true,
});
const listener = await listen({
  host: '127.0.0.1',
  port: 0,
  onRequest: (request, response) => void gateway.request(request, response),
  onUpgrade: (request, socket, head) => void gateway.upgrade(request, socket, head),
  onBroken: (_error, socket) => socket.destroy(),
});
serve(listener.port);
