import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewToken, ticketFor } from './ticket.ts';

const label = 'a2'.repeat(16);
const id = `ocid1.generativeaihostedapplication.mooring.local.${label}`;
const own = '.well-known/mooring';

const places: [liveUrl: string, tickets: string, renewal: string][] = [
  [
    `wss://localhost:8443/20251112/ws/hostedapplication/${id}/ws`,
    `https://localhost:8443/20251112/hostedApplications/${id}/tickets`,
    `https://localhost:8443/20251112/hostedApplications/${id}/connections/c1/token`,
  ],
  [
    `wss://apps.example.com/below/20251112/ws/hostedapplication/${id}`,
    `https://apps.example.com/below/20251112/hostedApplications/${id}/tickets`,
    `https://apps.example.com/below/20251112/hostedApplications/${id}/connections/c1/token`,
  ],
  [
    `wss://${label}.apps.example.com:8443/ws?x=1`,
    `https://${label}.apps.example.com:8443/${own}/tickets`,
    `https://${label}.apps.example.com:8443/${own}/connections/c1/token`,
  ],
  [
    `ws://${label}.localhost:8080`,
    `http://${label}.localhost:8080/${own}/tickets`,
    `http://${label}.localhost:8080/${own}/connections/c1/token`,
  ],
];

for (const [liveUrl, tickets, renewal] of places) {
  test(`what goes with ${liveUrl} is asked at its own server`, async () => {
    const asked: string[] = [];
    const options = {
      token: 'token',
      signal: AbortSignal.timeout(10_000),
      fetch: async (url: string) => {
        asked.push(url);
        return Response.json({ ticket: 't', connectionId: 'c1', expiresAt: 'soon' });
      },
    };
    await ticketFor(liveUrl, options);
    await renewToken(liveUrl, 'c1', options);
    assert.deepEqual(asked, [tickets, renewal]);
  });
}

test('another URL is none of an application', async () => {
  const options = { token: 'token', signal: AbortSignal.timeout(10_000) };
  await assert.rejects(ticketFor('wss://apps.example.com/ws', options), TypeError);
});
