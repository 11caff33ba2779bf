/** Hosted applications (OCI reference, sections 1.1 and 2.2). A new one is CREATING; changes are accepted with 202. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  applicationStates,
  createHostedApplicationDetails,
  hostedApplication,
  hostedApplicationSummary,
  updateHostedApplicationDetails,
} from '@mooring/contract';
import { changeApplication } from './application-change.ts';
import { createApplication } from './application-create.ts';
import { deleteApplication, moveApplication } from './application-leave.ts';
import { summarise, viewApplication } from './application-view.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf, ifMatchHeader } from './conventions/etag.ts';
import { findApplication, requireCompartment } from './lifecycle.ts';
import { announceNext, pageQuery, pagingFields } from './conventions/paging.ts';
import type { ControlPorts } from './ports.ts';
import { attemptOf, retryTokenHeader } from './conventions/retry-token.ts';
import { body, collection, idPath, json, refusals } from './conventions/responses.ts';

const root = '/20231130/hostedApplications';

const createOne = createRoute({
  method: 'post',
  path: root,
  summary: 'Create a hosted application',
  ...requires('operator'),
  request: { headers: retryTokenHeader, ...body(createHostedApplicationDetails) },
  responses: { 201: json('CREATING; follow the work request', hostedApplication), ...refusals },
});

const list = createRoute({
  method: 'get',
  path: root,
  summary: 'List the hosted applications of a compartment, DELETED ones included',
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
  responses: { 200: json('A page', collection(hostedApplicationSummary)), ...refusals },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  summary: 'Get a hosted application; a deleted one is DELETED for 30 days',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('The application', hostedApplication), ...refusals },
});

const update = createRoute({
  method: 'put',
  path: `${root}/{id}`,
  summary: 'Change what is given; lists replace the old ones',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader, ...body(updateHostedApplicationDetails) },
  responses: { 202: { description: 'UPDATING; follow the work request' }, ...refusals },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  summary: 'Delete a hosted application with its deployment',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader },
  responses: { 202: { description: 'DELETING; follow the work request' }, ...refusals },
});

const changeCompartment = createRoute({
  method: 'post',
  path: `${root}/{id}/actions/changeCompartment`,
  summary: 'Move a hosted application and its deployment to another compartment',
  ...requires('operator'),
  request: {
    params: idPath,
    headers: ifMatchHeader.extend(retryTokenHeader.shape),
    ...body(z.strictObject({ compartmentId: z.string() })),
  },
  responses: { 204: { description: 'Done' }, ...refusals },
});

export function applications(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  const { store } = ports;

  app.openapi(createOne, async (c) => {
    const details = c.req.valid('json');
    const { item, workRequestId } = await createApplication(ports, details, attemptOf(c, details));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewApplication(item, c.get('operator')), 201);
  });

  app.openapi(list, async (c) => {
    const { compartmentId, lifecycleState, displayName, id, ...paging } = c.req.valid('query');
    await requireCompartment(store, compartmentId);
    const query = pageQuery(paging);
    const page = await store.applications.page({ ...query, compartmentId, lifecycleState, displayName, id });
    announceNext(c, query, page);
    return c.json({ items: page.items.map(summarise) }, 200);
  });

  app.openapi(getOne, async (c) => {
    const application = await findApplication(store, c.req.valid('param').id);
    c.header('etag', etagOf(application));
    return c.json(viewApplication(application, c.get('operator')), 200);
  });

  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const request = { id, ifMatch: c.req.valid('header')['if-match'], operator: c.get('operator') };
    const { item, workRequestId } = await changeApplication(ports, request, c.req.valid('json'));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    const workRequestId = await deleteApplication(ports, { id, ifMatch: c.req.valid('header')['if-match'] });
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.openapi(changeCompartment, async (c) => {
    const { compartmentId } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const attempt = attemptOf(c, { compartmentId });
    const request = { id, compartmentId, ifMatch: c.req.valid('header')['if-match'], attempt };
    const { item, workRequestId } = await moveApplication(ports, request);
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 204);
  });

  return app;
}
