import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { widerBind } from './binding.ts';

async function whileListening(host: string, check: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  await check(address.port).finally(() => server.close());
}

const cases = [
  { host: '127.0.0.1', wide: undefined },
  { host: '127.0.0.2', wide: undefined },
  { host: '127.0.0.9', wide: undefined },
  { host: '::1', wide: undefined },
  { host: '::ffff:127.0.0.1', wide: undefined },
  { host: '0.0.0.0', wide: '0.0.0.0' },
  { host: '::', wide: '[::]' },
];

describe('a listener', () => {
  for (const { host, wide } of cases) {
    test(`on ${host} is ${wide === undefined ? 'for this machine only' : 'reachable from others'}`, async (context) => {
      if (process.platform !== 'linux') return context.skip('needs /proc/net/tcp');
      await whileListening(host, async (port) => assert.equal(await widerBind(port), wide)).catch(
        (error: unknown) => {
          if (!(error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL')) throw error;
          context.skip(`this machine has no address ${host}`);
        },
      );
    });
  }

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4');

  test('on an address of this machine alone is reachable from others', async (context) => {
    if (!outside) return context.skip('this machine has no address but loopback');
    await whileListening(outside.address, async (port) =>
      assert.equal(await widerBind(port), outside.address),
    );
  });

  test('is found by trying to get in from outside where the system does not tell', async (context) => {
    if (!outside) return context.skip('this machine has no address but loopback');
    const silent = async (): Promise<undefined> => undefined;
    await whileListening('0.0.0.0', async (port) => assert(await widerBind(port, silent)));
    await whileListening('127.0.0.1', async (port) => assert.equal(await widerBind(port, silent), undefined));
  });
});
