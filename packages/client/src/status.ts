/** How the server and its applications are (`/v1`). */
import type { ApplicationStatus, ScalingStatus, ServerStatus } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Status {
  server(options?: CallOptions): Promise<ServerStatus>;
  application(applicationId: string, options?: CallOptions): Promise<ApplicationStatus>;
  /** How many replicas it should have, and why. */
  scaling(applicationId: string, options?: CallOptions): Promise<ScalingStatus>;
}

export function status(api: Api): Status {
  return {
    server: ({ signal } = {}) => bodyOf(api.GET('/v1/status', { signal })),
    application: (id, { signal } = {}) =>
      bodyOf(api.GET('/v1/applications/{id}/status', { params: { path: { id } }, signal })),
    scaling: (id, { signal } = {}) =>
      bodyOf(api.GET('/v1/applications/{id}/scaling', { params: { path: { id } }, signal })),
  };
}
