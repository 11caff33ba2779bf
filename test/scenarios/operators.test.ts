/** Operators whose tokens another issuer makes, and what the audit log says of them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startIssuer } from '../fixtures/issuer.ts';
import { bearer } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

it(
  verifies(
    ['management:admin-issuer', 'management:audit'],
    'a claim of a foreign token says the role, and the log who came with it',
  ),
  async () => {
    await using issuer = await startIssuer();
    await using test = await startTestServer({
      adminIssuer: issuer.url,
      adminAudience: 'api://mooring',
      adminClaim: 'realm_access.roles',
      adminRoleMap: ['Mooring Admins=admin', 'staff=read-only'],
    });
    const { urls, profile } = test.server;
    const token = async (...roles: string[]): Promise<{ headers: { authorization: string } }> => {
      const claims = { aud: 'api://mooring', azp: 'sso', realm_access: { roles } };
      return bearer(await issuer.sign(claims));
    };
    const applications = `${urls.managementPlain}/20231130/hostedApplications`;
    const body = JSON.stringify({
      compartmentId: profile.compartmentId,
      displayName: 'shop',
      inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    });
    const create = async ({ headers }: Awaited<ReturnType<typeof token>>): Promise<Response> =>
      fetch(applications, {
        method: 'POST',
        body,
        headers: { ...headers, 'content-type': 'application/json' },
      });
    const list = `${applications}?compartmentId=${profile.compartmentId}`;

    assert.equal((await fetch(list, await token('staff'))).status, 200);
    assert.equal((await fetch(list, await token('others'))).status, 403);
    const forAnotherService = bearer(await issuer.sign({ aud: 'x', realm_access: { roles: ['staff'] } }));
    assert.equal((await fetch(list, forAnotherService)).status, 401);
    const refused = await create(await token('staff'));
    assert.deepEqual([refused.status, Object(await refused.json()).code], [403, 'NotAllowed']);
    const created = await create(await token('staff', 'Mooring Admins'));
    assert.equal(created.status, 201, await created.clone().text());
    const { id } = Object(await created.json());

    const entries = await test.management.audit.list({ subject: 'someone' });
    assert.deepEqual(
      entries.map(({ issuer, clientId, outcome, code }) => ({ issuer, clientId, outcome, code })),
      [
        { issuer: issuer.url, clientId: 'sso', outcome: 'SUCCEEDED', code: undefined },
        { issuer: issuer.url, clientId: 'sso', outcome: 'REFUSED', code: 'NotAllowed' },
      ],
    );
    assert.deepEqual(await test.management.audit.list({ resourceId: id }), entries.slice(0, 1));
  },
);
