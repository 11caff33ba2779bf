/** Per-application settings that the OCI service does not have (`/v1`). */
import type { ApplicationSettings } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Settings {
  get(applicationId: string, options?: CallOptions): Promise<ApplicationSettings>;
  /** Changes those that are given; the others stay. */
  update(
    applicationId: string,
    changes: Partial<ApplicationSettings>,
    options?: CallOptions,
  ): Promise<ApplicationSettings>;
}

const path = '/v1/applications/{id}/settings';

export function settings(api: Api): Settings {
  return {
    get: (id, { signal } = {}) => bodyOf(api.GET(path, { params: { path: { id } }, signal })),
    update: (id, body, { signal } = {}) => bodyOf(api.PUT(path, { body, params: { path: { id } }, signal })),
  };
}
