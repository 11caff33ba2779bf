/** How the server and its applications fare (`/v1`): the rows, with what lives now laid over them. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import {
  applicationStatus,
  invokePath,
  isLoopbackDomain,
  livePath,
  ownOrigin,
  Problem,
  scalingStatus,
  serverStatus,
  type ApplicationStatus,
} from '@mooring/contract';
import type { ApplicationRecord } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { viewDeployment } from './deployment-view.ts';
import { findApplication } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { idPath, json, refusals } from './conventions/responses.ts';

const ofServer = createRoute({
  method: 'get',
  path: '/v1/status',
  operationId: 'getServerStatus',
  summary: 'How this server and all its applications fare',
  ...requires('read-only'),
  responses: { 200: json('Status', serverStatus), ...refusals },
});

const ofApplication = createRoute({
  method: 'get',
  path: '/v1/applications/{id}/status',
  operationId: 'getApplicationStatus',
  summary: 'How an application fares: states, replicas, connections, URLs',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('Status', applicationStatus), ...refusals },
});

const ofScaling = createRoute({
  method: 'get',
  path: '/v1/applications/{id}/scaling',
  operationId: 'getApplicationScaling',
  summary: 'How many replicas an application should have, and why: the last decisions with their numbers',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('Scaling', scalingStatus), ...refusals },
});

export function status(ports: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  const { store, clock, version, identity } = ports;
  const timeStarted = new Date(clock.now()).toISOString();

  app.openapi(ofServer, async (c) => {
    const applications = await store.applications.list({ undeleted: true });
    const deployments = await store.deployments.list({ undeleted: true });
    const byApplication = new Map(
      deployments.map((deployment) => [deployment.hostedApplicationId, deployment]),
    );
    return c.json(
      {
        version,
        timeStarted,
        ready: ports.status.serverReady(),
        issuer: identity.issuer,
        urls: ports.urls(),
        applications: applications.map((application) =>
          view(ports, application, byApplication.get(application.id)),
        ),
      },
      200,
    );
  });

  app.openapi(ofApplication, async (c) => {
    const application = await findApplication(store, c.req.valid('param').id);
    const deployment = await store.deployments.ofApplication(application.id);
    return c.json(view(ports, application, deployment), 200);
  });

  app.openapi(ofScaling, async (c) => {
    const { id } = await findApplication(store, c.req.valid('param').id);
    const scaling = await ports.status.scaling(id);
    if (scaling) return c.json(scaling, 200);
    throw new Problem('IncorrectState', 'Nothing is known of the application yet. Try again in a moment.');
  });

  return app;
}

function view(
  ports: ControlPorts,
  { id, displayName, lifecycleState, lifecycleDetails }: ApplicationRecord,
  deployment: DeploymentRecord | undefined,
): ApplicationStatus {
  const live = ports.status.applicationStatus(id);
  return {
    id,
    displayName,
    lifecycleState,
    ...(lifecycleDetails !== undefined && { lifecycleDetails }),
    ...(deployment && { deployment: deploymentOf(deployment) }),
    replicas: [...(live?.replicas ?? [])],
    connections: live?.connections ?? 0,
    urls: urlsOf(id, ports.urls()),
  };
}

function deploymentOf(record: DeploymentRecord): ApplicationStatus['deployment'] {
  const { id, lifecycleState, lifecycleDetails, activeArtifact } = viewDeployment(record);
  return { id, lifecycleState, ...(lifecycleDetails !== undefined && { lifecycleDetails }), activeArtifact };
}

function urlsOf(
  id: string,
  { applications, applicationsPlain, appsDomain }: ReturnType<ControlPorts['urls']>,
): ApplicationStatus['urls'] {
  const own = appsDomain === undefined ? undefined : ownOrigin(applications, id, appsDomain);
  const ownPlain =
    appsDomain !== undefined && applicationsPlain !== undefined && isLoopbackDomain(appsDomain)
      ? ownOrigin(applicationsPlain, id, appsDomain)
      : undefined;
  return {
    http: own ?? invokeUrl(applications, id),
    ws: own === undefined ? liveUrl(applications, id) : webSocket(own),
    ...(applicationsPlain !== undefined && {
      httpPlain: ownPlain ?? invokeUrl(applicationsPlain, id),
      wsPlain: ownPlain === undefined ? liveUrl(applicationsPlain, id) : webSocket(ownPlain),
    }),
  };
}

const invokeUrl = (base: string, id: string): string => withoutSlash(base) + invokePath(id);
const liveUrl = (base: string, id: string): string => webSocket(withoutSlash(base)) + livePath(id);
const webSocket = (url: string): string => url.replace(/^http/, 'ws');
const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
