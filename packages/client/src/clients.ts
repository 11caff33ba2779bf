/** OAuth clients of the embedded identity domain, per application (`/v1`). */
import type { CreatedOAuthClient, CreateOAuthClientDetails, OAuthClient } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Clients {
  list(applicationId: string, options?: CallOptions): Promise<OAuthClient[]>;
  /** The only answer that ever holds the secret. */
  create(
    applicationId: string,
    details: CreateOAuthClientDetails,
    options?: CallOptions,
  ): Promise<CreatedOAuthClient>;
  delete(applicationId: string, clientId: string, options?: CallOptions): Promise<void>;
}

const root = '/v1/applications/{id}/clients';

export function clients(api: Api): Clients {
  return {
    async list(id, { signal } = {}) {
      const { items } = await bodyOf(api.GET(root, { params: { path: { id } }, signal }));
      return items;
    },
    create: (id, body, { signal } = {}) => bodyOf(api.POST(root, { body, params: { path: { id } }, signal })),
    async delete(id, clientId, { signal } = {}) {
      await api.DELETE(`${root}/{clientId}`, { params: { path: { id, clientId } }, signal });
    },
  };
}
