/** Every migration, in the order of their names. A released one is never edited: add the next number. */
import type { Migration } from 'kysely/migration';
import { resources } from './0001-resources.ts';
import { identity } from './0002-identity.ts';
import { keysAndAudit } from './0003-keys-and-audit.ts';
import { nodes } from './0004-nodes.ts';
import { iamAndStorages } from './0005-iam-and-storages.ts';
import { secrets } from './0006-secrets.ts';
import { usersAndRevocations } from './0007-users-and-revocations.ts';
import { registries } from './0008-registries.ts';
import { tickets } from './0009-tickets.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-resources': resources,
  '0002-identity': identity,
  '0003-keys-and-audit': keysAndAudit,
  '0004-nodes': nodes,
  '0005-iam-and-storages': iamAndStorages,
  '0006-secrets': secrets,
  '0007-users-and-revocations': usersAndRevocations,
  '0008-registries': registries,
  '0009-tickets': tickets,
};
