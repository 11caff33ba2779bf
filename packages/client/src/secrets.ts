/** Secrets that environment variables of type VAULT name (`/v1/secrets`). Values go in and never come out. */
import { paths, secret, type CreateSecretDetails, type Secret } from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';
import { listAll } from './list.ts';

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

const root = `${paths.extension}/secrets`;
const one = (id: string): string => `${root}/${encodeURIComponent(id)}`;

export function secrets(api: Api): Secrets {
  return {
    async list({ compartmentId, name, signal } = {}) {
      return listAll(api, { path: root, query: { compartmentId, name }, signal }, secret);
    },
    async get(id, { signal } = {}) {
      const { body } = await call(api, { method: 'GET', path: one(id), signal }, secret);
      return body;
    },
    async create(details, { signal } = {}) {
      const { body } = await call(api, { method: 'POST', path: root, body: details, signal }, secret);
      return body;
    },
    async update(id, value, { signal } = {}) {
      const request = { method: 'PUT', path: one(id), body: { value }, signal } as const;
      const { body } = await call(api, request, secret);
      return body;
    },
    async delete(id, { force, signal } = {}) {
      await call(api, { method: 'DELETE', path: one(id), query: { force }, signal }, z.unknown());
    },
  };
}
