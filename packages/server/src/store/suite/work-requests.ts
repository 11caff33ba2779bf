/** Work requests from the wish to the end. */
import assert from 'node:assert/strict';
import type { NewWorkRequest, WorkRequestRecord } from '../work-requests.ts';
import type { Store } from '../store.ts';
import type { StoreCase } from './case.ts';

async function wish(store: Store, given: Partial<NewWorkRequest> = {}): Promise<WorkRequestRecord> {
  return store.workRequests.create({
    compartmentId: (await store.compartments.root()).id,
    operationType: 'CREATE_HOSTED_DEPLOYMENT',
    resources: [
      { entityType: 'HOSTED_DEPLOYMENT', identifier: 'deployment' },
      { entityType: 'HOSTED_APPLICATION', identifier: 'application', actionType: 'RELATED' },
    ],
    ...given,
  });
}

const actions = (record: WorkRequestRecord | undefined): string | undefined =>
  record?.resources.map(({ actionType }) => actionType).join(' ');

const entries = { sortBy: 'timestamp', sortOrder: 'ASC', limit: 100 } as const;

export const workRequestCases: readonly StoreCase[] = [
  {
    name: 'a work request goes from ACCEPTED over IN_PROGRESS to SUCCEEDED, with times and percent',
    async run({ store, clock }) {
      const { id, timeAccepted } = await wish(store);
      clock.advance(10);
      const begun = await store.workRequests.begin(id);
      assert.equal(begun?.status, 'IN_PROGRESS');
      assert.notEqual(begun.timeStarted, timeAccepted);
      clock.advance(10);
      assert.deepEqual(await store.workRequests.begin(id), begun);
      assert.equal((await store.workRequests.progress(id, 40.7))?.percentComplete, 40);
      assert.equal((await store.workRequests.progress(id, 30))?.percentComplete, 40);
      assert.equal((await store.workRequests.progress(id, 100))?.percentComplete, 99);
      const done = await store.workRequests.succeed(id);
      assert.deepEqual([done?.status, done?.percentComplete], ['SUCCEEDED', 100]);
      assert.equal(done?.timeFinished, new Date(clock.now()).toISOString());
      assert.equal(actions(done), 'CREATED RELATED');
      assert.deepEqual(await store.workRequests.get(id), done);
    },
  },
  {
    name: 'the actions of a finished work request are those of its operation',
    async run({ store }) {
      const cases = [
        ['CREATE_APPLICATION_DEPLOYMENT', 'CREATED'],
        ['UPDATE_HOSTED_DEPLOYMENT', 'UPDATED'],
        ['DELETE_APPLICATION_DEPLOYMENT', 'DELETED'],
        ['MOVE_APPLICATION_DEPLOYMENT', 'UPDATED'],
      ] as const;
      for (const [operationType, action] of cases) {
        const { id } = await wish(store, { operationType });
        assert.equal(actions(await store.workRequests.succeed(id)), `${action} RELATED`);
      }
    },
  },
  {
    name: 'a failed one keeps its errors in order',
    async run({ store }) {
      const { id } = await wish(store);
      const errors = [
        { code: 'StartFailure', message: 'exit code 1' },
        { code: 'StartFailure', message: 'last line' },
      ];
      const failed = await store.workRequests.fail(id, errors);
      assert.deepEqual([failed?.status, actions(failed)], ['FAILED', 'FAILED RELATED']);
      const { items } = await store.workRequests.errors(id, entries);
      assert.deepEqual(
        items.map(({ code, message }) => ({ code, message })),
        errors,
      );
    },
  },
  {
    name: 'a finished one never changes again',
    async run({ store }) {
      const { id } = await wish(store);
      const done = await store.workRequests.cancel(id, 'the application is being deleted');
      assert.equal(done?.status, 'CANCELED');
      for (const again of [
        store.workRequests.begin(id),
        store.workRequests.progress(id, 50),
        store.workRequests.succeed(id),
        store.workRequests.fail(id, [{ code: 'x', message: 'x' }]),
        store.workRequests.cancel(id, 'again'),
      ])
        assert.equal(await again, undefined);
      assert.deepEqual(await store.workRequests.get(id), done);
      assert.equal((await store.workRequests.errors(id, entries)).items.length, 0);
      const { items } = await store.workRequests.logs(id, entries);
      assert.deepEqual(
        items.map(({ message }) => message),
        ['the application is being deleted'],
      );
    },
  },
  {
    name: 'the unfinished ones are what there is to do, oldest first, also by resource',
    async run({ store, clock }) {
      const first = await wish(store);
      clock.advance(1);
      const second = await wish(store, {
        resources: [{ entityType: 'HOSTED_APPLICATION', identifier: 'other' }],
      });
      clock.advance(1);
      const third = await wish(store);
      await store.workRequests.succeed(first.id);
      await store.workRequests.begin(second.id);
      const ids = (found: readonly WorkRequestRecord[]): string[] => found.map(({ id }) => id);
      assert.deepEqual(ids(await store.workRequests.open()), [second.id, third.id]);
      assert.deepEqual(ids(await store.workRequests.open({ resourceId: 'application' })), [third.id]);
      const { compartmentId } = first;
      const page = { compartmentId, sortBy: 'timeAccepted', sortOrder: 'DESC', limit: 9 } as const;
      assert.deepEqual(ids((await store.workRequests.page(page)).items), [third.id, second.id, first.id]);
      const about = await store.workRequests.page({ ...page, resourceId: 'deployment', status: 'SUCCEEDED' });
      assert.deepEqual(ids(about.items), [first.id]);
    },
  },
  {
    name: 'log entries are read page by page in either order',
    async run({ store }) {
      const { id } = await wish(store);
      for (const message of ['a', 'b', 'c']) await store.workRequests.log(id, message);
      const first = await store.workRequests.logs(id, { ...entries, sortOrder: 'DESC', limit: 2 });
      assert.deepEqual(first.items.map(({ message }) => message).join(''), 'cb');
      const second = await store.workRequests.logs(id, {
        ...entries,
        sortOrder: 'DESC',
        limit: 2,
        after: first.next,
      });
      assert.deepEqual(second.items.map(({ message }) => message).join(''), 'a');
      assert.equal(second.next, undefined);
    },
  },
];
