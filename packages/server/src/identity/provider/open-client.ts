/**
 * Clients that nobody made here: described by a document at their own URL (client-id metadata documents), or by
 * themselves (RFC 7591, behind a switch). Of what they say only this much counts.
 */
import { z } from 'zod';
import { fetchJson } from '../verify/fetch-json.ts';
import { isNative } from './adapter.ts';

/** Grants that such a client may use; client credentials would be nobody's. */
const grants = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

const described = z.object({
  client_id: z.string().optional(),
  client_name: z.string().max(255).optional(),
  redirect_uris: z.array(z.url().max(2000)).max(20).default([]),
  grant_types: z.array(z.string()).default(['authorization_code']),
  token_endpoint_auth_method: z.string().optional(),
});

/** What oidc-provider may know of such a client. Throws a ZodError when it is not described at all. */
export function openClientMetadata(given: unknown): Record<string, unknown> {
  const { redirect_uris: redirectUris, grant_types: grantTypes, ...rest } = described.parse(given);
  const usable = grants.filter((grant) => grant === 'refresh_token' || grantTypes.includes(grant));
  return {
    ...rest,
    redirect_uris: redirectUris,
    grant_types: usable,
    response_types: usable.includes('authorization_code') ? ['code'] : [],
    application_type: redirectUris.some(isNative) ? 'native' : 'web',
  };
}

/** Milliseconds and bytes that the document of a client may take. */
const fetchTimeout = 2_500;
const maxBytes = 65_536;

/** Fetches the document of a client for oidc-provider; such a client has no secret (its document is public). */
export async function fetchClient(url: string, allowPrivate: boolean): Promise<Response> {
  const signal = AbortSignal.timeout(fetchTimeout);
  const { status, body } = await fetchJson(new URL(url), { signal, allowPrivate, maxBytes });
  if (status !== 200) return new Response(null, { status });
  const metadata = openClientMetadata(body);
  return Response.json({
    ...metadata,
    token_endpoint_auth_method: metadata['token_endpoint_auth_method'] ?? 'none',
  });
}
