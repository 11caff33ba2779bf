/** Storages that an application names: each is there and ready, or the application is refused. */
import { Problem } from '@mooring/contract';
import type { StorageConfig } from '../store/application-record.ts';
import type { Resources } from '../store/store.ts';
import { requireSettled } from './lifecycle.ts';

/** Throws NotAuthorizedOrNotFound for one that is not there, IncorrectState or Conflict for one that is not ready. */
export async function requireStorages(tx: Resources, configs: readonly StorageConfig[]): Promise<void> {
  for (const [index, { storageId }] of configs.entries()) {
    const field = `storageConfigs[${index}].storageId`;
    const storage = await tx.storages.get(storageId);
    if (!storage || storage.lifecycleState === 'DELETED')
      throw new Problem(
        'NotAuthorizedOrNotFound',
        `${field}: there is no hosted application storage ${storageId}, or you may not see it.`,
      );
    requireSettled('application storage', storage);
    if (storage.lifecycleState === 'FAILED')
      throw new Problem(
        'Conflict',
        `${field}: the hosted application storage ${storageId} is FAILED. Use another one.`,
      );
  }
}
