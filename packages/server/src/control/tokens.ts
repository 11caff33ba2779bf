/** Access tokens for calling an application, issued to operators by the embedded identity domain (`/v1`). */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { issuedToken } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { lastingApplication } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { defaultClient, requireOwnDomain } from './protection.ts';
import { idPath, json, refusals } from './conventions/responses.ts';

const issue = createRoute({
  method: 'post',
  path: '/v1/applications/{id}/tokens',
  operationId: 'issueToken',
  summary: 'Issue an access token of the default client of an application',
  ...requires('operator'),
  request: { params: idPath },
  responses: { 200: json('The token', issuedToken), ...refusals },
});

export function tokens({ store, identity }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(issue, async (c) => {
    const application = await lastingApplication(store, c.req.valid('param').id);
    requireOwnDomain(application);
    const token = await identity.issueToken({ clientId: await defaultClient(identity, application) });
    c.get('log').info({ applicationId: application.id }, 'issued an access token to an operator');
    return c.json(token, 200, { 'cache-control': 'no-store' });
  });
  return app;
}
