/** Hosted applications (OCI reference, sections 1.1 and 2.2). A new one is CREATING; changes are accepted with 202. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import {
  createHostedApplicationDetails,
  hostedApplication,
  updateHostedApplicationDetails,
} from '@mooring/contract';
import { changeApplication } from './application-change.ts';
import { createApplication } from './application-create.ts';
import { viewApplication } from './application-view.ts';
import { applicationRoots, applicationsOfKind } from './applications-of-kind.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf, ifMatchHeader } from './conventions/etag.ts';
import {
  body,
  empty,
  etagHeader,
  idPath,
  json,
  refusals,
  workRequestHeader,
} from './conventions/responses.ts';
import { attemptOf, retryTokenHeader } from './conventions/retry-token.ts';
import { findApplication, idOfKind } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';

const root = applicationRoots.application;

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createHostedApplication',
  summary: 'Create a hosted application',
  ...requires('operator'),
  request: { headers: retryTokenHeader, ...body(createHostedApplicationDetails) },
  responses: {
    201: json('CREATING; follow the work request', hostedApplication, etagHeader, workRequestHeader),
    ...refusals,
  },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getHostedApplication',
  summary: 'Get a hosted application; a deleted one is DELETED for 30 days',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('The application', hostedApplication, etagHeader), ...refusals },
});

const update = createRoute({
  method: 'put',
  path: `${root}/{id}`,
  operationId: 'updateHostedApplication',
  summary: 'Change what is given; lists replace the old ones',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader, ...body(updateHostedApplicationDetails) },
  responses: { 202: empty('UPDATING; follow the work request', etagHeader, workRequestHeader), ...refusals },
});

export function applications(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(createOne, async (c) => {
    const details = c.req.valid('json');
    const { item, workRequestId } = await createApplication(ports, details, attemptOf(c, details));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewApplication(item, c.get('operator')), 201);
  });

  app.openapi(getOne, async (c) => {
    const id = idOfKind(c.req.valid('param').id, 'application');
    const application = await findApplication(ports.store, id);
    c.header('etag', etagOf(application));
    return c.json(viewApplication(application, c.get('operator')), 200);
  });

  app.openapi(update, async (c) => {
    const id = idOfKind(c.req.valid('param').id, 'application');
    const request = { id, ifMatch: c.req.valid('header')['if-match'], operator: c.get('operator') };
    const { item, workRequestId } = await changeApplication(ports, request, c.req.valid('json'));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.route('/', applicationsOfKind('application', ports));
  return app;
}
