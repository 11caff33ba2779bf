/** Hosted applications IAM: their callers sign their requests (OCI reference, sections 1.1, 2.2 and 4.2). */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import {
  createHostedApplicationIamDetails,
  hostedApplicationIam,
  updateHostedApplicationIamDetails,
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

const root = applicationRoots.applicationIam;

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createHostedApplicationIam',
  summary: 'Create a hosted application IAM',
  ...requires('operator'),
  request: { headers: retryTokenHeader, ...body(createHostedApplicationIamDetails) },
  responses: {
    201: json('CREATING; follow the work request', hostedApplicationIam, etagHeader, workRequestHeader),
    ...refusals,
  },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getHostedApplicationIam',
  summary: 'Get a hosted application IAM; a deleted one is DELETED for 30 days',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('The application', hostedApplicationIam, etagHeader), ...refusals },
});

const update = createRoute({
  method: 'put',
  path: `${root}/{id}`,
  operationId: 'updateHostedApplicationIam',
  summary: 'Change what is given; lists replace the old ones',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader, ...body(updateHostedApplicationIamDetails) },
  responses: { 202: empty('UPDATING; follow the work request', etagHeader, workRequestHeader), ...refusals },
});

export function applicationsIam(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(createOne, async (c) => {
    const details = c.req.valid('json');
    const { item, workRequestId } = await createApplication(ports, details, attemptOf(c, details));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewApplication(item, c.get('operator')), 201);
  });

  app.openapi(getOne, async (c) => {
    const id = idOfKind(c.req.valid('param').id, 'applicationIam');
    const application = await findApplication(ports.store, id);
    c.header('etag', etagOf(application));
    return c.json(viewApplication(application, c.get('operator')), 200);
  });

  app.openapi(update, async (c) => {
    const id = idOfKind(c.req.valid('param').id, 'applicationIam');
    const request = { id, ifMatch: c.req.valid('header')['if-match'], operator: c.get('operator') };
    const { item, workRequestId } = await changeApplication(ports, request, c.req.valid('json'));
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });

  app.route('/', applicationsOfKind('applicationIam', ports));
  return app;
}
