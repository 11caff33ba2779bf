/** Hosted application storages (OCI reference, sections 1.3 and 2.2). No backend provides any yet: a creation is refused. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  createHostedApplicationStorageDetails,
  hostedApplicationStorage,
  hostedApplicationStorageSummary,
  Problem,
  storageStates,
  storageTypes,
  type HostedApplicationStorageSummary,
} from '@mooring/contract';
import type { StorageRecord } from '../store/storages.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf, ifMatchHeader } from './conventions/etag.ts';
import { announceNext, pageQuery, pagingFields } from './conventions/paging.ts';
import {
  body,
  collection,
  empty,
  etagHeader,
  idPath,
  json,
  nextPageHeader,
  refusals,
  workRequestHeader,
} from './conventions/responses.ts';
import { attemptOf, retryTokenHeader } from './conventions/retry-token.ts';
import { findStorage, requireCompartment } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { deleteStorage, moveStorage } from './storage-leave.ts';

const root = '/20231130/hostedApplicationStorages';

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createHostedApplicationStorage',
  summary: 'Create a hosted application storage; refused, as this server has no backend for any',
  ...requires('operator'),
  request: { headers: retryTokenHeader, ...body(createHostedApplicationStorageDetails) },
  responses: {
    201: json('CREATING; follow the work request', hostedApplicationStorage, etagHeader, workRequestHeader),
    ...refusals,
  },
});

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listHostedApplicationStorages',
  summary: 'List the hosted application storages of a compartment, DELETED ones included',
  ...requires('read-only'),
  request: {
    query: z.strictObject({
      compartmentId: z.string(),
      hostedApplicationStorageType: z.enum(storageTypes).optional(),
      lifecycleState: z.enum(storageStates).optional(),
      displayName: z.string().optional().describe('Exact match'),
      id: z.string().optional(),
      sortBy: z.enum(['timeCreated', 'displayName', 'lifecycleState']).default('timeCreated'),
      ...pagingFields,
    }),
  },
  responses: {
    200: json('A page', collection(hostedApplicationStorageSummary), nextPageHeader),
    ...refusals,
  },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getHostedApplicationStorage',
  summary: 'Get a hosted application storage; a deleted one is DELETED for 30 days',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('The storage', hostedApplicationStorage, etagHeader), ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  operationId: 'deleteHostedApplicationStorage',
  summary: 'Delete a hosted application storage that no application uses',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader },
  responses: { 202: empty('Done, as the work request says', workRequestHeader), ...refusals },
});

const changeCompartment = createRoute({
  method: 'post',
  path: `${root}/{id}/actions/changeCompartment`,
  operationId: 'changeHostedApplicationStorageCompartment',
  summary: 'Move a hosted application storage to another compartment',
  ...requires('operator'),
  request: {
    params: idPath,
    headers: ifMatchHeader.extend(retryTokenHeader.shape),
    ...body(z.strictObject({ compartmentId: z.string() })),
  },
  responses: { 204: empty('Done', etagHeader, workRequestHeader), ...refusals },
});

export function storages(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  reading(app, ports);

  app.openapi(createOne, async (c) => {
    const { compartmentId, storageType } = c.req.valid('json');
    await requireCompartment(ports.store, compartmentId);
    throw noBackend(storageType);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    const workRequestId = await deleteStorage(ports, { id, ifMatch: c.req.valid('header')['if-match'] });
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.openapi(changeCompartment, async (c) => {
    const { compartmentId } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const attempt = attemptOf(c, { compartmentId });
    const request = { id, compartmentId, ifMatch: c.req.valid('header')['if-match'], attempt };
    const { item, workRequestId } = await moveStorage(ports, request);
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 204);
  });

  return app;
}

function reading(app: OpenAPIHono<ControlEnv>, { store }: ControlPorts): void {
  app.openapi(list, async (c) => {
    const {
      hostedApplicationStorageType: storageType,
      limit,
      page,
      sortBy,
      sortOrder,
      ...filters
    } = c.req.valid('query');
    await requireCompartment(store, filters.compartmentId);
    const query = pageQuery({ limit, page, sortBy, sortOrder });
    const found = await store.storages.page({ ...query, ...filters, storageType });
    announceNext(c, query, found);
    return c.json({ items: found.items.map(summarise) }, 200);
  });

  app.openapi(getOne, async (c) => {
    const storage = await findStorage(store, c.req.valid('param').id);
    const { lifecycleDetails } = storage;
    const applicationIds = await store.storages.usedBy(storage.id);
    c.header('etag', etagOf(storage));
    const details = lifecycleDetails !== undefined && { lifecycleDetails };
    return c.json({ ...summarise(storage), ...details, applicationIds }, 200);
  });
}

/** As the service refuses what a region does not have: lasting, so that no client repeats it by itself. */
const noBackend = (storageType: string): Problem =>
  new Problem(
    'NotAllowed',
    `This server has no backend that provides storages of the type ${storageType}. Run one yourself, and give its connection to the application as an environment variable.`,
  );

function summarise(storage: StorageRecord): HostedApplicationStorageSummary {
  const { id, displayName, description, compartmentId, storageType, timeCreated, timeUpdated } = storage;
  return {
    id,
    displayName,
    ...(description !== undefined && { description }),
    compartmentId,
    storageType,
    timeCreated,
    timeUpdated,
    lifecycleState: storage.lifecycleState,
    freeformTags: storage.freeformTags,
    definedTags: storage.definedTags,
    systemTags: {},
  };
}
