/**
 * Hosted applications of both kinds (OCI reference, sections 1.1, 2.2 and 4.2): those whose callers have tokens, or need
 * none, and IAM applications, whose callers sign their requests. A new one is CREATING; changes are accepted with 202.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  applicationStates,
  createHostedApplicationDetails,
  createHostedApplicationIamDetails,
  hostedApplication,
  hostedApplicationIam,
  hostedApplicationSummary,
  updateHostedApplicationDetails,
  updateHostedApplicationIamDetails,
} from '@mooring/contract';
import type { ApplicationKind } from '../store/applications.ts';
import { changeApplication } from './application-change.ts';
import { createApplication } from './application-create.ts';
import { deleteApplication, moveApplication } from './application-leave.ts';
import { summarise, viewApplication } from './application-view.ts';
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
import { findApplication, idOfKind, requireCompartment } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';

/** Paths of each kind. */
export const applicationRoots = {
  application: '/20231130/hostedApplications',
  applicationIam: '/20231130/hostedApplicationsIam',
} as const;

/** What people call it. */
const names = { application: 'hosted application', applicationIam: 'hosted application IAM' } as const;

const schemas = {
  application: {
    create: createHostedApplicationDetails,
    update: updateHostedApplicationDetails,
    view: hostedApplication,
  },
  applicationIam: {
    create: createHostedApplicationIamDetails,
    update: updateHostedApplicationIamDetails,
    view: hostedApplicationIam,
  },
} as const;

const operationIds = {
  application: {
    create: 'createHostedApplication',
    get: 'getHostedApplication',
    update: 'updateHostedApplication',
    list: 'listHostedApplications',
    remove: 'deleteHostedApplication',
    move: 'changeHostedApplicationCompartment',
  },
  applicationIam: {
    create: 'createHostedApplicationIam',
    get: 'getHostedApplicationIam',
    update: 'updateHostedApplicationIam',
    list: 'listHostedApplicationsIam',
    remove: 'deleteHostedApplicationIam',
    move: 'changeHostedApplicationIamCompartment',
  },
} as const;

const creationOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'post',
    path: applicationRoots[kind],
    operationId: operationIds[kind].create,
    summary: `Create a ${names[kind]}`,
    ...requires('operator'),
    request: { headers: retryTokenHeader, ...body(schemas[kind].create) },
    responses: {
      201: json('CREATING; follow the work request', schemas[kind].view, etagHeader, workRequestHeader),
      ...refusals,
    },
  });

const readingOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'get',
    path: `${applicationRoots[kind]}/{id}`,
    operationId: operationIds[kind].get,
    summary: `Get a ${names[kind]}; a deleted one is DELETED for 30 days`,
    ...requires('read-only'),
    request: { params: idPath },
    responses: { 200: json('The application', schemas[kind].view, etagHeader), ...refusals },
  });

const updateOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'put',
    path: `${applicationRoots[kind]}/{id}`,
    operationId: operationIds[kind].update,
    summary: 'Change what is given; lists replace the old ones',
    ...requires('operator'),
    request: { params: idPath, headers: ifMatchHeader, ...body(schemas[kind].update) },
    responses: {
      202: empty('UPDATING; follow the work request', etagHeader, workRequestHeader),
      ...refusals,
    },
  });

const listOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'get',
    path: applicationRoots[kind],
    operationId: operationIds[kind].list,
    summary: `List the ${names[kind]}s of a compartment, DELETED ones included`,
    ...requires('read-only'),
    request: {
      query: z.strictObject({
        compartmentId: z.string(),
        lifecycleState: z.enum(applicationStates).optional(),
        displayName: z.string().optional().describe('Exact match'),
        id: z.string().optional(),
        sortBy: z.enum(['timeCreated', 'displayName', 'lifecycleState']).default('timeCreated'),
        ...pagingFields,
      }),
    },
    responses: { 200: json('A page', collection(hostedApplicationSummary), nextPageHeader), ...refusals },
  });

const deletionOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'delete',
    path: `${applicationRoots[kind]}/{id}`,
    operationId: operationIds[kind].remove,
    summary: `Delete a ${names[kind]} with its deployment`,
    ...requires('operator'),
    request: { params: idPath, headers: ifMatchHeader },
    responses: { 202: empty('DELETING; follow the work request', workRequestHeader), ...refusals },
  });

const moveOf = (kind: ApplicationKind) =>
  createRoute({
    method: 'post',
    path: `${applicationRoots[kind]}/{id}/actions/changeCompartment`,
    operationId: operationIds[kind].move,
    summary: `Move a ${names[kind]} and its deployment to another compartment`,
    ...requires('operator'),
    request: {
      params: idPath,
      headers: ifMatchHeader.extend(retryTokenHeader.shape),
      ...body(z.strictObject({ compartmentId: z.string() })),
    },
    responses: { 204: empty('Done', etagHeader, workRequestHeader), ...refusals },
  });

export function applicationsOfKind(kind: ApplicationKind, ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  keeping(app, kind, ports);
  leaving(app, kind, ports);
  return app;
}

function keeping(app: OpenAPIHono<ControlEnv>, kind: ApplicationKind, ports: ControlPorts): void {
  app.openapi(creationOf(kind), async (c) => {
    const details = c.req.valid('json');
    const { item, workRequestId } = await createApplication(ports, details, attemptOf(c, details));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewApplication(item, c.get('operator')), 201);
  });

  app.openapi(readingOf(kind), async (c) => {
    const id = idOfKind(c.req.valid('param').id, kind);
    const application = await findApplication(ports.store, id);
    c.header('etag', etagOf(application));
    return c.json(viewApplication(application, c.get('operator')), 200);
  });

  app.openapi(updateOf(kind), async (c) => {
    const id = idOfKind(c.req.valid('param').id, kind);
    const request = { id, ifMatch: c.req.valid('header')['if-match'], operator: c.get('operator') };
    const { item, workRequestId } = await changeApplication(ports, request, c.req.valid('json'));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.openapi(listOf(kind), async (c) => {
    const { compartmentId, lifecycleState, displayName, id, ...paging } = c.req.valid('query');
    await requireCompartment(ports.store, compartmentId);
    const query = pageQuery(paging);
    const filters = { kind, compartmentId, lifecycleState, displayName, id };
    const page = await ports.store.applications.page({ ...query, ...filters });
    announceNext(c, query, page);
    return c.json({ items: page.items.map(summarise) }, 200);
  });
}

function leaving(app: OpenAPIHono<ControlEnv>, kind: ApplicationKind, ports: ControlPorts): void {
  app.openapi(deletionOf(kind), async (c) => {
    const id = idOfKind(c.req.valid('param').id, kind);
    const workRequestId = await deleteApplication(ports, { id, ifMatch: c.req.valid('header')['if-match'] });
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.openapi(moveOf(kind), async (c) => {
    const { compartmentId } = c.req.valid('json');
    const id = idOfKind(c.req.valid('param').id, kind);
    const attempt = attemptOf(c, { compartmentId });
    const request = { id, compartmentId, ifMatch: c.req.valid('header')['if-match'], attempt };
    const { item, workRequestId } = await moveApplication(ports, request);
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 204);
  });
}
