/** Secrets that environment variables of type VAULT name (`/v1/secrets`). Values go in and never come out. */
import type { CreateSecretDetails, Secret } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface ListSecrets extends CallOptions {
  readonly compartmentId?: string;
  /** Exact match. */
  readonly name?: string;
}

export interface DeleteSecret extends CallOptions {
  /** Although applications start with it: their next start fails. Default false. */
  readonly force?: boolean;
}

export interface Secrets {
  /** By name. */
  list(options?: ListSecrets): Promise<Secret[]>;
  get(id: string, options?: CallOptions): Promise<Secret>;
  create(details: CreateSecretDetails, options?: CallOptions): Promise<Secret>;
  /** Sets another value; replicas that start from then on have it. */
  update(id: string, value: string, options?: CallOptions): Promise<Secret>;
  delete(id: string, options?: DeleteSecret): Promise<void>;
}

const root = '/v1/secrets';

export function secrets(api: Api): Secrets {
  return {
    async list({ compartmentId, name, signal } = {}) {
      const query = { compartmentId, name };
      const { items } = await bodyOf(api.GET(root, { params: { query }, signal }));
      return items;
    },
    get: (id, { signal } = {}) => bodyOf(api.GET(`${root}/{id}`, { params: { path: { id } }, signal })),
    create: (body, { signal } = {}) => bodyOf(api.POST(root, { body, signal })),
    update: (id, value, { signal } = {}) =>
      bodyOf(api.PUT(`${root}/{id}`, { body: { value }, params: { path: { id } }, signal })),
    async delete(id, { force = false, signal } = {}) {
      const query = { force: force ? 'true' : 'false' } as const;
      await api.DELETE(`${root}/{id}`, { params: { path: { id }, query }, signal });
    },
  };
}
