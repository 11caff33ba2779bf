/** An embedded identity domain for tests: a real server, a real database, two applications. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@mooring/contract';
import { systemClock, systemRandom, type Clock } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { openStore } from '../../store/open.ts';
import { createVerifier } from '../verify/verifier.ts';
import type { IdentityStore } from '../store-port.ts';
import { openIdentityDomain, type IdentityDomain } from './open.ts';
import { hashPassword } from './password.ts';
import type { ProtectedResource } from './resources.ts';

export interface TestDomain extends AsyncDisposable {
  readonly domain: IdentityDomain;
  readonly store: IdentityStore;
  readonly resources: Map<string, ProtectedResource>;
  /** Adds a user whose password is cheap to check. */
  addUser(name: string, password: string, role?: Role): Promise<void>;
  /** Where the server really is: the default issuer. */
  readonly base: string;
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
  readonly allowRegistration?: boolean;
  readonly allowPrivateIssuers?: boolean;
  /** Default: where the server is. */
  readonly issuer?: string;
}

export const weather: ProtectedResource = {
  audience: 'weather',
  scope: 'invoke',
  urls: ['https://apps.test/20251112/hostedApplications/w/actions/invoke'],
};

const cheap = { log2N: 10, r: 8, p: 1 };

export async function openTestDomain(options: TestDomainOptions = {}): Promise<TestDomain> {
  const { path = ':memory:', clock = systemClock } = options;
  const log = openLog('silent');
  const store = await openStore({ path, clock, random: systemRandom });
  const server = createServer((request, response) => void domain.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/identity`;
  const issuer = options.issuer ?? base;
  const resources = new Map([['w', weather]]);
  const domain = await openIdentityDomain({
    ...options,
    store: store.identity,
    issuer,
    findResource: (id) => resources.get(id),
    findApplication: async (scope) => (scope === 'weatherinvoke' ? 'w' : undefined),
    clock,
    random: systemRandom,
    log,
  });
  const verifyToken = createVerifier({ own: domain, clock, allowPrivateIssuers: false, log });
  return {
    domain,
    base,
    store: store.identity,
    resources,
    addUser: async (name, password, role) =>
      store.identity.users.put({
        name,
        passwordHash: await hashPassword(password, systemRandom, cheap),
        role,
      }),
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

export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'mooring-identity-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
