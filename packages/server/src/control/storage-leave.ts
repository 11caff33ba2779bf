/** Storages that leave: deleted, or moved to another compartment. Both are done at once: nothing runs behind a storage. */
import { Problem } from '@mooring/contract';
import type { StorageRecord } from '../store/storages.ts';
import type { Resources } from '../store/store.ts';
import type { NewWorkRequest } from '../store/work-requests.ts';
import { requireMatch } from './conventions/etag.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';
import { liveStorage, requireCompartment, requireSettled } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';

interface StorageRequest {
  readonly id: string;
  readonly ifMatch: string | undefined;
}

/** Answers with the work request. Throws Conflict while an application uses the storage. */
export async function deleteStorage(
  { store }: ControlPorts,
  { id, ifMatch }: StorageRequest,
): Promise<string> {
  return store.transaction(async (tx) => {
    const storage = await changeable(tx, { id, ifMatch });
    const users = await tx.storages.usedBy(id);
    if (users.length > 0)
      throw new Problem(
        'Conflict',
        `The hosted application storage ${id} is used by ${users.join(', ')}. Delete what uses it first.`,
      );
    await tx.storages.setState(id, 'DELETED');
    return done(tx, storage, 'DELETE_APPLICATION_STORAGE');
  });
}

interface MoveRequest extends StorageRequest {
  readonly compartmentId: string;
  readonly attempt: Attempt | undefined;
}

export async function moveStorage(
  { store }: ControlPorts,
  { id, ifMatch, compartmentId, attempt }: MoveRequest,
): Promise<Made<StorageRecord>> {
  return store.transaction((tx) =>
    repeatable(tx, attempt, {
      make: async () => {
        await changeable(tx, { id, ifMatch });
        await requireCompartment(tx, compartmentId);
        const item = await tx.storages.move(id, compartmentId);
        return { item, workRequestId: await done(tx, item, 'MOVE_APPLICATION_STORAGE') };
      },
      again: () => tx.storages.get(id),
    }),
  );
}

async function changeable(tx: Resources, { id, ifMatch }: StorageRequest): Promise<StorageRecord> {
  const storage = await liveStorage(tx, id);
  requireMatch(ifMatch, storage);
  requireSettled('application storage', storage);
  return storage;
}

/** A work request that has succeeded. */
async function done(
  tx: Resources,
  { id, compartmentId }: StorageRecord,
  operationType: NewWorkRequest['operationType'],
): Promise<string> {
  const { id: workRequestId } = await tx.workRequests.create({
    operationType,
    compartmentId,
    resources: [{ entityType: 'HOSTED_APPLICATION_STORAGE', identifier: id }],
  });
  await tx.workRequests.succeed(workRequestId);
  return workRequestId;
}
