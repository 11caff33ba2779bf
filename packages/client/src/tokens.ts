/** Access tokens for calling an application, made for an operator (`/v1`). */
import { issuedToken, paths, type IssuedToken } from '@mooring/contract';
import { call, type Api, type CallOptions } from './call.ts';

export interface Tokens {
  issue(applicationId: string, options?: CallOptions): Promise<IssuedToken>;
}

export function tokens(api: Api): Tokens {
  return {
    async issue(id, { signal } = {}) {
      const path = `${paths.extension}/applications/${encodeURIComponent(id)}/tokens`;
      const { body } = await call(api, { method: 'POST', path, signal }, issuedToken);
      return body;
    },
  };
}
