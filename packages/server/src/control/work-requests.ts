/** Work requests, their errors and logs (OCI reference, sections 1.5 and 2.2). Only the reconciler moves them. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  isIamApplication,
  Problem,
  workRequest,
  workRequestError,
  workRequestLogEntry,
  workRequestStates,
  type WorkRequest,
} from '@mooring/contract';
import type { Resources } from '../store/store.ts';
import type { WorkRequestRecord } from '../store/work-requests.ts';
import { applicationRoots } from './applications.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf } from './conventions/etag.ts';
import { requireCompartment } from './lifecycle.ts';
import { announceNext, pageQuery, pagingFields } from './conventions/paging.ts';
import type { ControlPorts } from './ports.ts';
import {
  collection,
  etagHeader,
  idPath,
  json,
  nextPageHeader,
  refusals,
  retryAfterHeader,
} from './conventions/responses.ts';

const root = '/20231130/workRequests';

/** Seconds after which to look again at one that is not finished. */
const lookAgainAfter = '1';

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listWorkRequests',
  summary: 'List the work requests of a compartment',
  ...requires('read-only'),
  request: {
    query: z.strictObject({
      compartmentId: z.string(),
      workRequestId: z.string().optional(),
      status: z.enum(workRequestStates).optional(),
      resourceId: z.string().optional(),
      sortBy: z.enum(['timeAccepted']).default('timeAccepted'),
      ...pagingFields,
    }),
  },
  responses: { 200: json('A page', collection(workRequest), nextPageHeader), ...refusals },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getWorkRequest',
  summary: 'Get a work request',
  ...requires('read-only'),
  request: { params: idPath },
  responses: {
    200: json('With retry-after until it is finished', workRequest, etagHeader, retryAfterHeader),
    ...refusals,
  },
});

const entries = {
  params: idPath,
  query: z.strictObject({ sortBy: z.enum(['timestamp']).default('timestamp'), ...pagingFields }),
};

const listErrors = createRoute({
  method: 'get',
  path: `${root}/{id}/errors`,
  operationId: 'listWorkRequestErrors',
  summary: 'What went wrong, and what to do about it',
  ...requires('read-only'),
  request: entries,
  responses: { 200: json('A page', collection(workRequestError), nextPageHeader), ...refusals },
});

const listLogs = createRoute({
  method: 'get',
  path: `${root}/{id}/logs`,
  operationId: 'listWorkRequestLogs',
  summary: 'What was done so far',
  ...requires('read-only'),
  request: entries,
  responses: { 200: json('A page', collection(workRequestLogEntry), nextPageHeader), ...refusals },
});

export function workRequests({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(list, async (c) => {
    const { compartmentId, workRequestId, status, resourceId, ...paging } = c.req.valid('query');
    await requireCompartment(store, compartmentId);
    const query = pageQuery(paging);
    const filters = { compartmentId, id: workRequestId, status, resourceId };
    const page = await store.workRequests.page({ ...query, ...filters });
    announceNext(c, query, page);
    return c.json({ items: page.items.map(view) }, 200);
  });

  app.openapi(getOne, async (c) => {
    const found = await find(store, c.req.valid('param').id);
    c.header('etag', etagOf(found));
    if (found.timeFinished === undefined) c.header('retry-after', lookAgainAfter);
    return c.json(view(found), 200);
  });

  app.openapi(listErrors, async (c) => {
    const { id } = await find(store, c.req.valid('param').id);
    const query = pageQuery(c.req.valid('query'));
    const page = await store.workRequests.errors(id, query);
    announceNext(c, query, page);
    return c.json({ items: page.items }, 200);
  });

  app.openapi(listLogs, async (c) => {
    const { id } = await find(store, c.req.valid('param').id);
    const query = pageQuery(c.req.valid('query'));
    const page = await store.workRequests.logs(id, query);
    announceNext(c, query, page);
    return c.json({ items: page.items }, 200);
  });

  return app;
}

async function find(store: Resources, id: string): Promise<WorkRequestRecord> {
  const found = await store.workRequests.get(id);
  if (found) return found;
  throw new Problem('NotAuthorizedOrNotFound', `There is no work request ${id}, or you may not see it.`);
}

function view(record: WorkRequestRecord): WorkRequest {
  const { id, operationType, status, compartmentId, percentComplete, timeAccepted } = record;
  const { timeStarted, timeFinished } = record;
  return {
    id,
    operationType,
    status,
    compartmentId,
    resources: record.resources.map((resource) => ({ ...resource, entityUri: uriOf(resource) })),
    percentComplete,
    timeAccepted,
    ...(timeStarted !== undefined && { timeStarted }),
    ...(timeFinished !== undefined && { timeFinished }),
  };
}

function uriOf({ entityType, identifier }: WorkRequestRecord['resources'][number]): string {
  if (isIamApplication(identifier)) return `${applicationRoots.applicationIam}/${identifier}`;
  const collections = {
    HOSTED_APPLICATION: 'hostedApplications',
    HOSTED_DEPLOYMENT: 'hostedDeployments',
    HOSTED_APPLICATION_STORAGE: 'hostedApplicationStorages',
  } as const;
  return `/20231130/${collections[entityType]}/${identifier}`;
}
