/** `/openapi.json` of a running server, read with the credential of its profile. */
import assert from 'node:assert/strict';
import { clientCredentials } from '@mooring/client';
import type { RunningServer } from '@mooring/server';

export async function servedDescription({ profile, urls }: RunningServer): Promise<string> {
  const base = urls.managementPlain;
  const signal = AbortSignal.timeout(10_000);
  const tokenUrl = `${base}/identity/oauth2/v1/token`;
  const token = await clientCredentials({ ...profile, tokenUrl, fetch })({ signal });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${base}/openapi.json`, { headers, signal });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text;
}
