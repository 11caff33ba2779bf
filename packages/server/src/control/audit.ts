/** The audit log (`/v1`): read-only; entries come from audit/trail.ts. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { auditDays, auditEntry } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { announceNext, pageQuery, pagingFields } from './conventions/paging.ts';
import type { ControlPorts } from './ports.ts';
import { collection, json, nextPageHeader, refusals } from './conventions/responses.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAuditEntries',
  summary: `Who changed what in the last ${auditDays} days, newest first`,
  ...requires('admin'),
  request: {
    query: z.strictObject({
      since: z.iso.datetime({ offset: true }).optional().describe('Entries of that time and later'),
      resourceId: z.string().optional(),
      subject: z.string().optional(),
      sortBy: z.enum(['timestamp']).default('timestamp'),
      ...pagingFields,
    }),
  },
  responses: { 200: json('A page', collection(auditEntry), nextPageHeader), ...refusals },
});

export function audit({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(list, async (c) => {
    const { since, resourceId, subject, ...paging } = c.req.valid('query');
    const query = { ...pageQuery({ ...paging, sortOrder: paging.sortOrder ?? 'DESC' }), resourceId, subject };
    const from = since === undefined ? undefined : new Date(since).toISOString();
    const page = await store.audit.page({ ...query, since: from });
    announceNext(c, query, page);
    return c.json({ items: page.items }, 200);
  });
  return app;
}
