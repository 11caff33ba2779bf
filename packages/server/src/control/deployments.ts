/** Hosted deployments and their artifacts (OCI reference, sections 1.4, 2.2 and 6). Activating is PUT with `activeArtifact`. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  addArtifactDetails,
  artifact,
  createHostedDeploymentDetails,
  deploymentStates,
  hostedDeployment,
  hostedDeploymentSummary,
  updateHostedDeploymentDetails,
} from '@mooring/contract';
import { addArtifact, deleteArtifact } from './artifact-change.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { changeDeployment, deleteDeployment } from './deployment-change.ts';
import { createDeployment } from './deployment-create.ts';
import { summariseDeployment, viewArtifact, viewDeployment } from './deployment-view.ts';
import { etagOf, ifMatchHeader } from './conventions/etag.ts';
import { findDeployment, requireCompartment } from './lifecycle.ts';
import { announceNext, pageQuery, pagingFields } from './conventions/paging.ts';
import type { ControlPorts } from './ports.ts';
import { attemptOf, retryTokenHeader } from './conventions/retry-token.ts';
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

const root = '/20231130/hostedDeployments';
const changeHeaders = ifMatchHeader.extend(retryTokenHeader.shape);

const createOne = createRoute({
  method: 'post',
  path: root,
  operationId: 'createHostedDeployment',
  summary: 'Create the deployment of an application with its first artifact',
  ...requires('operator'),
  request: { headers: retryTokenHeader, ...body(createHostedDeploymentDetails) },
  responses: {
    201: json('CREATING; follow the work request', hostedDeployment, etagHeader, workRequestHeader),
    ...refusals,
  },
});

const list = createRoute({
  method: 'get',
  path: root,
  operationId: 'listHostedDeployments',
  summary: 'List the hosted deployments of a compartment, DELETED ones included',
  ...requires('read-only'),
  request: {
    query: z.strictObject({
      compartmentId: z.string(),
      applicationId: z.string().optional(),
      lifecycleState: z.enum(deploymentStates).optional(),
      displayName: z.string().optional().describe('Exact match'),
      id: z.string().optional(),
      sortBy: z.enum(['timeCreated', 'displayName', 'lifecycleState']).default('timeCreated'),
      ...pagingFields,
    }),
  },
  responses: { 200: json('A page', collection(hostedDeploymentSummary), nextPageHeader), ...refusals },
});

const getOne = createRoute({
  method: 'get',
  path: `${root}/{id}`,
  operationId: 'getHostedDeployment',
  summary: 'Get a hosted deployment with its artifacts; a deleted one is DELETED for 30 days',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('The deployment', hostedDeployment, etagHeader), ...refusals },
});

const update = createRoute({
  method: 'put',
  path: `${root}/{id}`,
  operationId: 'updateHostedDeployment',
  summary: 'Activate a registered artifact, or change the tags',
  ...requires('operator'),
  request: { params: idPath, headers: changeHeaders, ...body(updateHostedDeploymentDetails) },
  responses: {
    200: json('UPDATING; follow the work request', hostedDeployment, etagHeader, workRequestHeader),
    ...refusals,
  },
});

const deleteOne = createRoute({
  method: 'delete',
  path: `${root}/{id}`,
  operationId: 'deleteHostedDeployment',
  summary: 'Delete a hosted deployment that is not active',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader },
  responses: { 202: empty('DELETING; follow the work request', workRequestHeader), ...refusals },
});

const addOne = createRoute({
  method: 'post',
  path: `${root}/{id}/artifacts`,
  operationId: 'addArtifact',
  summary: 'Register an artifact; it is INACTIVE until it is activated',
  ...requires('operator'),
  request: { params: idPath, headers: changeHeaders, ...body(addArtifactDetails) },
  responses: { 201: json('The artifact', artifact, etagHeader, workRequestHeader), ...refusals },
});

const removeOne = createRoute({
  method: 'delete',
  path: `${root}/{id}/artifacts/{artifactId}`,
  operationId: 'deleteHostedDeploymentArtifact',
  summary: 'Remove an artifact that is not active',
  ...requires('operator'),
  request: { params: idPath.extend({ artifactId: z.string() }), headers: ifMatchHeader },
  responses: { 204: empty('Done', etagHeader, workRequestHeader), ...refusals },
});

export function deployments(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  reading(app, ports);
  changing(app, ports);
  artifacts(app, ports);
  return app;
}

function reading(app: OpenAPIHono<ControlEnv>, { store }: ControlPorts): void {
  app.openapi(list, async (c) => {
    const { compartmentId, applicationId, lifecycleState, displayName, id, ...paging } = c.req.valid('query');
    await requireCompartment(store, compartmentId);
    const query = pageQuery(paging);
    const filters = { compartmentId, hostedApplicationId: applicationId, lifecycleState, displayName, id };
    const page = await store.deployments.page({ ...query, ...filters });
    announceNext(c, query, page);
    return c.json({ items: page.items.map(summariseDeployment) }, 200);
  });

  app.openapi(getOne, async (c) => {
    const deployment = await findDeployment(store, c.req.valid('param').id);
    c.header('etag', etagOf(deployment));
    return c.json(viewDeployment(deployment), 200);
  });
}

function changing(app: OpenAPIHono<ControlEnv>, ports: ControlPorts): void {
  app.openapi(createOne, async (c) => {
    const details = c.req.valid('json');
    const request = { details, operator: c.get('operator'), attempt: attemptOf(c, details) };
    const { item, workRequestId } = await createDeployment(ports, request);
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewDeployment(item), 201);
  });

  app.openapi(update, async (c) => {
    const details = c.req.valid('json');
    const { id } = c.req.valid('param');
    const ifMatch = c.req.valid('header')['if-match'];
    const { item, workRequestId } = await changeDeployment(ports, {
      id,
      details,
      ifMatch,
      attempt: attemptOf(c, details),
    });
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewDeployment(item), 200);
  });

  app.openapi(deleteOne, async (c) => {
    const { id } = c.req.valid('param');
    const workRequestId = await deleteDeployment(ports, { id, ifMatch: c.req.valid('header')['if-match'] });
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 202);
  });
}

function artifacts(app: OpenAPIHono<ControlEnv>, ports: ControlPorts): void {
  app.openapi(addOne, async (c) => {
    const details = c.req.valid('json');
    const { id } = c.req.valid('param');
    const ifMatch = c.req.valid('header')['if-match'];
    const request = { id, details, ifMatch, operator: c.get('operator'), attempt: attemptOf(c, details) };
    const { item, etag, workRequestId } = await addArtifact(ports, request);
    c.header('etag', etag);
    c.header('opc-work-request-id', workRequestId);
    return c.json(viewArtifact(item), 201);
  });

  app.openapi(removeOne, async (c) => {
    const { id, artifactId } = c.req.valid('param');
    const ifMatch = c.req.valid('header')['if-match'];
    const { item, workRequestId } = await deleteArtifact(ports, { id, artifactId, ifMatch });
    c.header('etag', etagOf(item));
    c.header('opc-work-request-id', workRequestId);
    return c.body(null, 204);
  });
}
