/** API keys that sign requests as OCI's SDKs do (`/v1/apiKeys`). */
import type { ApiKey, CreateApiKeyDetails } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface ApiKeys {
  /** Oldest first. */
  list(options?: CallOptions): Promise<ApiKey[]>;
  /** Registers a public key. The private one stays where it is. */
  create(details: CreateApiKeyDetails, options?: CallOptions): Promise<ApiKey>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

export function apiKeys(api: Api): ApiKeys {
  return {
    async list({ signal } = {}) {
      const { items } = await bodyOf(api.GET('/v1/apiKeys', { signal }));
      return items;
    },
    create: (body, { signal } = {}) => bodyOf(api.POST('/v1/apiKeys', { body, signal })),
    async delete(id, { signal } = {}) {
      await api.DELETE('/v1/apiKeys/{id}', { params: { path: { id } }, signal });
    },
  };
}
