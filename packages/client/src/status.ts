/** How the server and its applications are (`/v1`). */
import {
  applicationStatus,
  paths,
  serverStatus,
  type ApplicationStatus,
  type ServerStatus,
} from '@mooring/contract';
import { call, type Api, type CallOptions } from './call.ts';

export interface Status {
  server(options?: CallOptions): Promise<ServerStatus>;
  application(applicationId: string, options?: CallOptions): Promise<ApplicationStatus>;
}

export function status(api: Api): Status {
  return {
    async server({ signal } = {}) {
      const path = `${paths.extension}/status`;
      const { body } = await call(api, { method: 'GET', path, signal }, serverStatus);
      return body;
    },
    async application(id, { signal } = {}) {
      const path = `${paths.extension}/applications/${encodeURIComponent(id)}/status`;
      const { body } = await call(api, { method: 'GET', path, signal }, applicationStatus);
      return body;
    },
  };
}
