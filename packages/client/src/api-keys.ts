/** API keys that sign requests as OCI's SDKs do (`/v1/apiKeys`). */
import { apiKey, paths, type ApiKey, type CreateApiKeyDetails } from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

export interface ApiKeys {
  /** Oldest first. */
  list(options?: CallOptions): Promise<ApiKey[]>;
  /** Registers a public key. The private one stays where it is. */
  create(details: CreateApiKeyDetails, options?: CallOptions): Promise<ApiKey>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

const root = `${paths.extension}/apiKeys`;

export function apiKeys(api: Api): ApiKeys {
  return {
    async list({ signal } = {}) {
      return listAll(api, { path: root, signal }, apiKey);
    },
    async create(details, { signal } = {}) {
      const { body } = await call(api, { method: 'POST', path: root, body: details, signal }, apiKey);
      return body;
    },
    async delete(id, { signal } = {}) {
      await call(api, { method: 'DELETE', path: `${root}/${encodeURIComponent(id)}`, signal }, z.unknown());
    },
  };
}
