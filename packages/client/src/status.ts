/** How the server and its applications are (`/v1`). */
import type { ApplicationStatus, ServerStatus } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Status {
  server(options?: CallOptions): Promise<ServerStatus>;
  application(applicationId: string, options?: CallOptions): Promise<ApplicationStatus>;
}

export function status(api: Api): Status {
  return {
    server: ({ signal } = {}) => bodyOf(api.GET('/v1/status', { signal })),
    application: (id, { signal } = {}) =>
      bodyOf(api.GET('/v1/applications/{id}/status', { params: { path: { id } }, signal })),
  };
}
