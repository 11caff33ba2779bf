/** Tables of the OCI resources, their settings, retry tokens, replicas, compartments and the key/value table. */

import { sql, type CreateTableBuilder, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

type Table = CreateTableBuilder<string, string>;

const text = (table: Table, ...columns: string[]): Table =>
  columns.reduce((made, column) => made.addColumn(column, 'text', (c) => c.notNull()), table);

const optionalText = (table: Table, ...columns: string[]): Table =>
  columns.reduce((made, column) => made.addColumn(column, 'text'), table);

const integers = (table: Table, ...columns: string[]): Table =>
  columns.reduce((made, column) => made.addColumn(column, 'integer', (c) => c.notNull()), table);

const keyed = (db: Kysely<unknown>, name: string): Table =>
  integers(
    db.schema.createTable(name).addColumn('id', 'text', (column) => column.primaryKey()),
    'version',
  );

const references = (table: Table, column: string, target: string): Table =>
  table.addColumn(column, 'text', (c) => c.notNull().references(target).onDelete('cascade'));

async function createApplications(db: Kysely<unknown>): Promise<void> {
  const table = integers(keyed(db, 'applications'), 'revision');
  const texts = text(table, 'displayName', 'compartmentId', 'timeCreated', 'timeUpdated', 'lifecycleState');
  const columns = [
    'inboundAuth',
    'scaling',
    'networking',
    'storages',
    'environment',
    'freeformTags',
    'definedTags',
  ];
  const withJson = text(texts, ...columns.map((column) => `${column}Json`));
  await optionalText(withJson, 'description', 'lifecycleDetails', 'joinedScope').execute();
  for (const column of ['timeCreated', 'displayName', 'lifecycleState'])
    await index(db, 'applications', ['compartmentId', column, 'id']);
  await db.schema
    .createIndex('applicationsJoinedScope')
    .unique()
    .on('applications')
    .column('joinedScope')
    .where(sql.ref('lifecycleState'), '!=', 'DELETED')
    .execute();
}

async function createDeployments(db: Kysely<unknown>): Promise<void> {
  const table = text(keyed(db, 'deployments'), 'displayName', 'compartmentId', 'timeCreated', 'timeUpdated');
  const texts = text(table, 'lifecycleState', 'freeformTagsJson', 'definedTagsJson');
  const owned = references(optionalText(texts, 'lifecycleDetails'), 'hostedApplicationId', 'applications.id');
  await integers(owned, 'wantedArtifactId').addColumn('activeArtifactId', 'integer').execute();
  for (const column of ['timeCreated', 'displayName', 'lifecycleState'])
    await index(db, 'deployments', ['compartmentId', column, 'id']);
  await db.schema
    .createIndex('deploymentsUndeleted')
    .unique()
    .on('deployments')
    .column('hostedApplicationId')
    .where(sql.ref('lifecycleState'), '!=', 'DELETED')
    .execute();
  const artifacts = db.schema.createTable('artifacts').addColumn('id', 'integer', (c) => c.primaryKey());
  const rows = text(artifacts, 'timeCreated', 'status', 'detailsJson');
  await references(rows, 'hostedDeploymentId', 'deployments.id').execute();
  await index(db, 'artifacts', ['hostedDeploymentId', 'id']);
}

async function createWorkRequests(db: Kysely<unknown>): Promise<void> {
  const table = text(keyed(db, 'workRequests'), 'compartmentId', 'operationType', 'status', 'timeAccepted');
  await optionalText(integers(table, 'percentComplete'), 'timeStarted', 'timeFinished').execute();
  await index(db, 'workRequests', ['compartmentId', 'timeAccepted', 'id']);
  await index(db, 'workRequests', ['status']);
  await text(listOf(db, 'workRequestResources'), 'entityType', 'actionType', 'identifier').execute();
  await index(db, 'workRequestResources', ['identifier']);
  await text(listOf(db, 'workRequestLogs'), 'message', 'timestamp').execute();
  await text(listOf(db, 'workRequestErrors'), 'code', 'message', 'timestamp').execute();
}

/** A table of what belongs to a work request, in order. */
function listOf(db: Kysely<unknown>, name: string): Table {
  const table = references(db.schema.createTable(name), 'workRequestId', 'workRequests.id');
  return integers(table, 'position').addPrimaryKeyConstraint(`${name}Key`, ['workRequestId', 'position']);
}

async function createReplicas(db: Kysely<unknown>): Promise<void> {
  const table = text(keyed(db, 'replicas'), 'applicationId', 'artifactId', 'runtime', 'state', 'timeStarted');
  const texts = optionalText(integers(table, 'revision', 'restarts'), 'processStarted', 'reason');
  await texts.addColumn('pid', 'integer').addColumn('port', 'integer').execute();
  await index(db, 'replicas', ['applicationId']);
}

async function createTheRest(db: Kysely<unknown>): Promise<void> {
  const settings = db.schema
    .createTable('settings')
    .addColumn('applicationId', 'text', (c) =>
      c.primaryKey().references('applications.id').onDelete('cascade'),
    );
  await text(integers(settings, 'version'), 'valueJson').execute();
  const tokens = db.schema.createTable('retryTokens').addColumn('key', 'text', (c) => c.primaryKey());
  await optionalText(text(tokens, 'bodyHash', 'resourceId', 'timeExpires'), 'workRequestId').execute();
  await optionalText(text(keyed(db, 'compartments'), 'name', 'timeCreated'), 'parentId').execute();
  const meta = db.schema.createTable('meta').addColumn('key', 'text', (c) => c.primaryKey());
  await text(meta, 'value').execute();
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  const name = `${table}By${columns.map((column) => column.replace(/^./, (first) => first.toUpperCase())).join('')}`;
  await db.schema.createIndex(name).on(table).columns(columns).execute();
}

export const resources: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createApplications(db);
    await createDeployments(db);
    await createWorkRequests(db);
    await createReplicas(db);
    await createTheRest(db);
  },
};
