/** Access tokens for calling an application, made for an operator (`/v1`). */
import type { IssuedToken } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';

export interface Tokens {
  issue(applicationId: string, options?: CallOptions): Promise<IssuedToken>;
}

export function tokens(api: Api): Tokens {
  return {
    issue: (id, { signal } = {}) =>
      bodyOf(api.POST('/v1/applications/{id}/tokens', { params: { path: { id } }, signal })),
  };
}
