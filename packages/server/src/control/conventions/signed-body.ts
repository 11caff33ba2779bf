/** Third stage: a body that was signed is read and held against its signature before anybody looks into it. */
import type { MiddlewareHandler } from 'hono';
import type { ControlEnv } from './context.ts';

/** Belongs behind the limit on bodies. */
export function signedBody(): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    const check = c.get('checkBody');
    if (check) check(new Uint8Array(await c.req.arrayBuffer()));
    await next();
  };
}
