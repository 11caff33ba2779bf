/** OAuth clients of the embedded identity domain, per application (`/v1`). */
import {
  createdOAuthClient,
  oauthClient,
  paths,
  type CreatedOAuthClient,
  type CreateOAuthClientDetails,
  type OAuthClient,
} from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

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

const root = (id: string): string => `${paths.extension}/applications/${encodeURIComponent(id)}/clients`;

export function clients(api: Api): Clients {
  return {
    async list(id, { signal } = {}) {
      return listAll(api, { path: root(id), signal }, oauthClient);
    },
    async create(id, details, { signal } = {}) {
      const request = { method: 'POST', path: root(id), body: details, signal } as const;
      const { body } = await call(api, request, createdOAuthClient);
      return body;
    },
    async delete(id, clientId, { signal } = {}) {
      const path = `${root(id)}/${encodeURIComponent(clientId)}`;
      await call(api, { method: 'DELETE', path, signal }, z.unknown());
    },
  };
}
