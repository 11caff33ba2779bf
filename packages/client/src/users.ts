/** Users of the embedded identity domain (`/v1/users`). */
import type { CreatedUser, CreateUserDetails, User } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Users {
  /** By name. */
  list(options?: CallOptions): Promise<User[]>;
  /** Without a password one is made; the answer is the only place that it is ever in. */
  create(details: CreateUserDetails, options?: CallOptions): Promise<CreatedUser>;
  /** The user's tokens are refused from then on, and the connections opened with them end. */
  delete(name: string, options?: CallOptions): Promise<void>;
}

export function users(api: Api): Users {
  return {
    async list({ signal } = {}) {
      const { items } = await bodyOf(api.GET('/v1/users', { signal }));
      return items;
    },
    create: (body, { signal } = {}) => bodyOf(api.POST('/v1/users', { body, signal })),
    async delete(name, { signal } = {}) {
      await api.DELETE('/v1/users/{name}', { params: { path: { name } }, signal });
    },
  };
}
