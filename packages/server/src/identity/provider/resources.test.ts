import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ocidOf } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { permitsAsked, resourceServer } from './resources.ts';

const label = 'a2'.repeat(16);
const id = ocidOf('application', label);
const own = `https://${label}.apps.example.com:8443`;
const below = `https://shared.example.com/20251112/hostedApplications/${id}/actions/invoke`;

const finders = {
  findResource: (asked: string) =>
    asked === id ? { audience: 'weather', scope: 'invoke', urls: [below, own] } : undefined,
  findApplication: async () => undefined,
};

const elsewhere = 'b2'.repeat(16);
const asked: [resource: string, audience: string | undefined][] = [
  [below, below],
  [`${below}/mcp`, `${below}/mcp`],
  [own, own],
  [`${own}/`, `${own}/`],
  [`${own}/mcp`, `${own}/mcp`],
  // A path of the application that looks like another's.
  [`${own}/hostedApplications/other`, `${own}/hostedApplications/other`],
  [`https://${label}.apps.example.com`, undefined],
  [`https://${label}.evil.example:8443`, undefined],
  [`http://${label}.apps.example.com:8443`, undefined],
  [`https://${elsewhere}.apps.example.com:8443`, undefined],
  [`${own}.evil.example`, undefined],
  [`https://x@${label}.apps.example.com:8443`, undefined],
];

for (const [resource, audience] of asked) {
  test(verifies('host:resource', `the resource ${resource} leads to the audience ${audience}`), async () => {
    const permits = await permitsAsked({ resource, scopes: [] }, finders);
    assert.equal(resourceServer(permits, resource, 60)?.audience, audience);
  });
}
