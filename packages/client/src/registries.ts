/** Credentials for registries of images (`/v1/registries`). Passwords go in and never come out. */
import type { LoggedInRegistry, LoginToRegistryDetails, Registry } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Registries {
  /** By host. */
  list(options?: CallOptions): Promise<Registry[]>;
  /** Keeps credentials for a registry, in the place of earlier ones, once the registry has taken them. */
  login(host: string, details: LoginToRegistryDetails, options?: CallOptions): Promise<LoggedInRegistry>;
  logout(host: string, options?: CallOptions): Promise<void>;
}

const one = '/v1/registries/{host}';

export function registries(api: Api): Registries {
  return {
    async list({ signal } = {}) {
      const { items } = await bodyOf(api.GET('/v1/registries', { signal }));
      return items;
    },
    login: (host, body, { signal } = {}) =>
      bodyOf(api.PUT(one, { body, params: { path: { host } }, signal })),
    async logout(host, { signal } = {}) {
      await api.DELETE(one, { params: { path: { host } }, signal });
    },
  };
}
