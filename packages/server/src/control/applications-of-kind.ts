/** What the API does alike with hosted applications of both kinds (OCI reference, section 2.2): list, delete, move. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { applicationStates, hostedApplicationSummary } from '@mooring/contract';
import type { ApplicationKind } from '../store/applications.ts';
import { deleteApplication, moveApplication } from './application-leave.ts';
import { summarise } from './application-view.ts';
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
import { idOfKind, requireCompartment } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';

/** Paths of each kind. */
export const applicationRoots = {
  application: '/20231130/hostedApplications',
  applicationIam: '/20231130/hostedApplicationsIam',
} as const;

/** What people call it. */
const names = { application: 'hosted application', applicationIam: 'hosted application IAM' } as const;

const operationIds = {
  application: {
    list: 'listHostedApplications',
    remove: 'deleteHostedApplication',
    move: 'changeHostedApplicationCompartment',
  },
  applicationIam: {
    list: 'listHostedApplicationsIam',
    remove: 'deleteHostedApplicationIam',
    move: 'changeHostedApplicationIamCompartment',
  },
} as const;

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
  const { store } = ports;

  app.openapi(listOf(kind), async (c) => {
    const { compartmentId, lifecycleState, displayName, id, ...paging } = c.req.valid('query');
    await requireCompartment(store, compartmentId);
    const query = pageQuery(paging);
    const filters = { kind, compartmentId, lifecycleState, displayName, id };
    const page = await store.applications.page({ ...query, ...filters });
    announceNext(c, query, page);
    return c.json({ items: page.items.map(summarise) }, 200);
  });

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

  return app;
}
