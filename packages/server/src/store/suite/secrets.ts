/** Secrets, as the store keeps them. */
import assert from 'node:assert/strict';
import type { Change } from '../changes.ts';
import type { StoreCase } from './case.ts';

const seal = (id: string): string => `sealed for ${id}`;

export const secretCases: readonly StoreCase[] = [
  {
    name: 'a secret is there once per name and compartment, and shows its sealed value only to who asks for it',
    async run({ store: { secrets } }) {
      assert.equal(await secrets.sample(), undefined);
      const made = await secrets.create({ name: 'b', compartmentId: 'c1', seal });
      assert.ok(made);
      assert.match(made.id, /^ocid1\.vaultsecret\./);
      assert.equal(await secrets.create({ name: 'b', compartmentId: 'c1', seal }), undefined);
      const elsewhere = await secrets.create({ name: 'b', compartmentId: 'c2', seal });
      const other = await secrets.create({ name: 'a', compartmentId: 'c1', seal });
      assert.deepEqual(await secrets.list({ compartmentId: 'c1' }), [other, made]);
      assert.deepEqual(await secrets.list({ name: 'b', compartmentId: 'c2' }), [elsewhere]);
      assert.equal((await secrets.list()).length, 3);
      assert.deepEqual(await secrets.get(made.id), made);
      assert.doesNotMatch(JSON.stringify(await secrets.list()), /sealed/);
      assert.deepEqual(await secrets.sealed(made.id), { id: made.id, sealed: seal(made.id) });
      assert.ok(await secrets.sample());
    },
  },
  {
    name: 'another value of a secret is another version; a deleted one is gone',
    async run({ store, clock }) {
      const { secrets } = store;
      const heard: Change[] = [];
      using _watch = store.changes.watch((change) => heard.push(change));
      const made = await secrets.create({ name: 'a', compartmentId: 'c', seal });
      assert.ok(made);
      const { id } = made;
      clock.advance(1000);
      const replaced = await secrets.replace({ id, sealed: 'new' });
      assert.deepEqual([replaced?.version, replaced?.timeCreated], [2, made.timeCreated]);
      assert.notEqual(replaced?.timeUpdated, made.timeUpdated);
      assert.equal((await secrets.sealed(id))?.sealed, 'new');
      assert.equal(await secrets.delete(id), true);
      assert.equal(await secrets.delete(id), false);
      assert.equal(await secrets.replace({ id, sealed: 'new' }), undefined);
      assert.equal(await secrets.sealed(id), undefined);
      assert.deepEqual(
        heard,
        Array.from({ length: 3 }, () => ({ kind: 'secret', id })),
      );
    },
  },
];
