/** Per-application settings that the OCI service does not have (`/v1`). */
import { applicationSettings, paths, type ApplicationSettings } from '@mooring/contract';
import { call, type Api, type CallOptions } from './call.ts';

export interface Settings {
  get(applicationId: string, options?: CallOptions): Promise<ApplicationSettings>;
  /** Changes those that are given; the others stay. */
  update(
    applicationId: string,
    changes: Partial<ApplicationSettings>,
    options?: CallOptions,
  ): Promise<ApplicationSettings>;
}

const path = (id: string): string => `${paths.extension}/applications/${encodeURIComponent(id)}/settings`;

export function settings(api: Api): Settings {
  return {
    async get(id, { signal } = {}) {
      const { body } = await call(api, { method: 'GET', path: path(id), signal }, applicationSettings);
      return body;
    },
    async update(id, changes, { signal } = {}) {
      const request = { method: 'PUT', path: path(id), body: changes, signal } as const;
      const { body } = await call(api, request, applicationSettings);
      return body;
    },
  };
}
