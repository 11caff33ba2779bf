/** Credentials for registries, as the store keeps them. */
import assert from 'node:assert/strict';
import type { StoreCase } from './case.ts';

export const registryCases: readonly StoreCase[] = [
  {
    name: 'a registry has one credential; another login takes its place, a logout removes it',
    async run({ store: { registries }, clock }) {
      const first = await registries.set({ host: 'r.example:5000', username: 'ann', sealed: 'a' });
      await registries.set({ host: 'docker.io', username: 'bob', sealed: 'b' });
      clock.advance(1000);
      const second = await registries.set({ host: 'r.example:5000', username: 'eve', sealed: 'e' });
      assert.deepEqual([first.version, second.version], [1, 2]);
      assert.equal(second.timeCreated, first.timeCreated);
      assert.notEqual(second.timeUpdated, first.timeUpdated);
      const all = await registries.list();
      assert.deepEqual(
        all.map(({ host, username }) => [host, username]),
        [
          ['docker.io', 'bob'],
          ['r.example:5000', 'eve'],
        ],
      );
      assert.doesNotMatch(JSON.stringify(all), /sealed/);
      assert.deepEqual(await registries.sealed('r.example:5000'), {
        host: 'r.example:5000',
        username: 'eve',
        sealed: 'e',
      });
      assert.equal(await registries.delete('r.example:5000'), true);
      assert.equal(await registries.delete('r.example:5000'), false);
      assert.equal(await registries.sealed('r.example:5000'), undefined);
    },
  },
];
