import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Renewal } from '../gateway/renewal.ts';
import { systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { Changes, type Change } from '../store/changes.ts';
import { Renewals } from './renewals.ts';

const log = openLog('silent');

/** Two nodes that hear of each other. */
function nodes(given: (renewal: Renewal) => boolean): { asking: Renewals; notices: Change[] } & Disposable {
  const notices: Change[] = [];
  const renew = async (renewal: Renewal): Promise<boolean> => given(renewal);
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
  connectionId: '0123456789abcdef0123456789abcdef',
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
  using renewals = new Renewals({ store, renew: async () => false, random, log });
  await assert.rejects(renewals.ask(renewal), /away/);
});

test('what is no name of a connection is no question, and not all may ask at once', async () => {
  using both = nodes(() => false);
  assert.equal(await both.asking.ask({ ...renewal, connectionId: 'x'.repeat(9000) }), false);
  assert.deepEqual(both.notices, []);
  const crowd = await Promise.allSettled(Array.from({ length: 300 }, () => both.asking.ask(renewal)));
  const refused = crowd.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 300 - 256);
  assert.match(String(refused[0]?.status === 'rejected' && refused[0].reason), /Many tokens/);
});
