import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { systemRandom, type Random } from '../../kit/clock.ts';
import { freePort, isFree } from './port.ts';

/** Gives the numbers one after the other. */
function random(...numbers: number[]): Random {
  return () => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(numbers.shift() ?? 0);
    return bytes;
  };
}

describe('a port for a replica', () => {
  test('differs from one to the next', async () => {
    const ports = new Set<number>();
    for (let turn = 0; turn < 20; turn++) ports.add(await freePort(new Set(), systemRandom));
    assert(ports.size > 15, String(ports.size));
  });

  test('is none that another replica has', async () => {
    assert.equal(await freePort(new Set([20_007]), random(7, 7, 12_007, 8)), 20_008);
  });

  test('is none on which somebody listens, on whatever address', async () => {
    for (const host of ['127.0.0.1', '127.0.0.9', '0.0.0.0', '::']) {
      const server = createServer();
      server.listen(0, host);
      await once(server, 'listening');
      const address = server.address();
      assert(typeof address === 'object' && address !== null);
      assert.equal(await isFree(address.port), false, host);
      server.close();
      await once(server, 'close');
      assert.equal(await isFree(address.port), true, host);
    }
  });
});
