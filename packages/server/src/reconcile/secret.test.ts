import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnvironmentVariable } from '@mooring/contract';
import {
  createApplication,
  createDeployment,
  environmentOf,
  errorsOf,
  eventually,
  finished,
  openWorld,
  readyUrls,
  serveApplication,
} from './world.fixture.ts';

const variable: EnvironmentVariable = { name: 'API_KEY', type: 'VAULT', value: 'ocid1.vaultsecret.a' };

describe('a replica with a variable of type VAULT', () => {
  test('starts with the value of the moment', async () => {
    const values = new Map([[variable.value, 'first']]);
    await using world = await openWorld({ openSecret: async (id) => values.get(id) });
    const { application } = await serveApplication(world, 'serve', { environmentVariables: [variable] });
    const [url] = readyUrls(world, application);
    assert.equal((await environmentOf(url))['API_KEY'], 'first');
    values.set(variable.value, 'second');
    const pid = world.reconciler.applicationStatus(application.id)?.replicas[0]?.pid;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await eventually(world, async () => {
      const [next] = readyUrls(world, application);
      assert.ok(next !== undefined && next !== url);
      assert.equal((await environmentOf(next))['API_KEY'], 'second');
    });
  });

  const failures: Record<string, [open: () => Promise<undefined>, said: RegExp]> = {
    'its secret is gone': [
      async () => undefined,
      /The secret ocid1\.vaultsecret\.a of the environment variable API_KEY is not there any more/,
    ],
    'its secret cannot be opened': [
      async () => {
        throw new Error('the reason');
      },
      /The secret ocid1\.vaultsecret\.a of the environment variable API_KEY cannot be had: the reason/,
    ],
  };
  for (const [when, [openSecret, said]] of Object.entries(failures))
    test(`does not start when ${when}, and its owner is told which variable it is`, async () => {
      await using world = await openWorld({ openSecret });
      const { row } = await createApplication(world, { environmentVariables: [variable] });
      const { request } = await createDeployment(world, row, world.sandbox.artifact('serve'));
      assert.equal((await finished(world, request)).status, 'FAILED');
      assert.match(await errorsOf(world, request), said);
    });
});
