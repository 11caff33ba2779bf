/** Per-application settings that the OCI service does not have (`/v1`). */
import { applicationSettings, paths, type ApplicationSettings } from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';

export interface Settings {
  get(applicationId: string, options?: CallOptions): Promise<ApplicationSettings>;
  /** Replaces all of them. */
  put(applicationId: string, settings: ApplicationSettings, options?: CallOptions): Promise<void>;
}

const path = (id: string): string => `${paths.extension}/applications/${encodeURIComponent(id)}/settings`;

export function settings(api: Api): Settings {
  return {
    async get(id, { signal } = {}) {
      const { body } = await call(api, { method: 'GET', path: path(id), signal }, applicationSettings);
      return body;
    },
    async put(id, body, { signal } = {}) {
      await call(api, { method: 'PUT', path: path(id), body, signal }, z.unknown());
    },
  };
}
