/** An embedded identity domain for tests: a real server, a real database, two applications. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, systemRandom, type Clock } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { openStore } from '../../store/open.ts';
import { createVerifier } from '../verify/verifier.ts';
import type { IdentityStore } from '../store-port.ts';
import { openIdentityDomain, type IdentityDomain } from './open.ts';
import type { ProtectedResource } from './resources.ts';

export interface TestDomain extends AsyncDisposable {
  readonly domain: IdentityDomain;
  readonly store: IdentityStore;
  readonly resources: Map<string, ProtectedResource>;
  /** Verifies a token as the gateway does. */
  verify(
    token: string,
    rules: { audience: string; scope: string },
  ): ReturnType<ReturnType<typeof createVerifier>>;
}

export interface TestDomainOptions {
  /** File of the database. Default: in memory. */
  readonly path?: string;
  readonly clock?: Clock;
  readonly tokenLifetime?: number;
}

export const weather: ProtectedResource = {
  audience: 'weather',
  scope: 'invoke',
  urls: ['https://apps.test/20251112/hostedApplications/w/actions/invoke'],
};

export async function openTestDomain(options: TestDomainOptions = {}): Promise<TestDomain> {
  const { path = ':memory:', clock = systemClock } = options;
  const log = openLog('silent');
  const store = await openStore({ path, clock, random: systemRandom });
  const server = createServer((request, response) => void domain.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/identity`;
  const resources = new Map([['w', weather]]);
  const domain = await openIdentityDomain({
    ...options,
    store: store.identity,
    issuer,
    findResource: (id) => resources.get(id),
    clock,
    random: systemRandom,
    log,
  });
  const verifyToken = createVerifier({ own: domain, clock, allowPrivateIssuers: false, log });
  return {
    domain,
    store: store.identity,
    resources,
    verify: (token, { audience, scope }) =>
      verifyToken(token, { issuer, audiences: [audience], scope }, { signal: new AbortController().signal }),
    [Symbol.asyncDispose]: async () => {
      await close(server);
      await store[Symbol.asyncDispose]();
    },
  };
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
