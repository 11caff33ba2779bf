import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Renewal } from '../gateway/renewal.ts';
import { systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { Changes, type Change } from '../store/changes.ts';
import { Renewals } from './renewals.ts';

const log = openLog('silent');

/** Two nodes that hear of each other. */
function nodes(renew: (renewal: Renewal) => boolean): { asking: Renewals; notices: Change[] } & Disposable {
  const notices: Change[] = [];
  const changes = new Changes();
  const announce = async (change: Change): Promise<void> => {
    notices.push(change);
    changes.send([change]);
  };
  const store = { changes, announce };
  const asking = new Renewals({ store, renew: () => assert.fail('asked itself'), random, log, patience: 20 });
  const holding = new Renewals({ store, renew, random, log });
  return {
    asking,
    notices,
    [Symbol.dispose]() {
      asking[Symbol.dispose]();
      holding[Symbol.dispose]();
    },
  };
}

const renewal: Renewal = {
  applicationId: 'a',
  connectionId: 'c',
  caller: 'digest',
  expiresAt: 5,
  revocable: { subject: 's', clientId: 'i', issuedAt: 1, grant: 'g' },
};

test('the node that holds the connection gets all of it, and says so', async () => {
  const got: Renewal[] = [];
  using both = nodes((one) => got.push(one) > 0);
  assert.equal(await both.asking.ask(renewal), true);
  assert.deepEqual(got, [renewal]);
  assert.deepEqual(
    both.notices.map(({ kind }) => kind),
    ['renewal', 'renewed'],
  );
});

test('a connection that no node has is not renewed', async () => {
  using both = nodes(() => false);
  assert.equal(await both.asking.ask(renewal), false);
  assert.deepEqual(
    both.notices.map(({ kind }) => kind),
    ['renewal'],
  );
});

test('a question that cannot be asked is told', async () => {
  const store = {
    changes: new Changes(),
    announce: async () => {
      throw new Error('away');
    },
  };
  using renewals = new Renewals({ store, renew: () => false, random, log });
  await assert.rejects(renewals.ask(renewal), /away/);
});
