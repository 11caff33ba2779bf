/** First stage: gives every request its `opc-request-id`, and every reply and log line too. */
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { ControlEnv } from './context.ts';

/** Letters, digits, `_` and `-` (OCI reference, section 2.1). Anything else is replaced, never echoed. */
const legal = /^[A-Za-z0-9_-]{1,128}$/;

const makeRequestId = (): string => randomUUID().replaceAll('-', '').toUpperCase();

export function requestId({ log, clock }: { log: Log; clock: Clock }): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    const began = clock.now();
    const given = c.req.header('opc-request-id') ?? '';
    const id = legal.test(given) ? given : makeRequestId();
    c.set('requestId', id);
    c.set('log', log.child({ opcRequestId: id }));
    c.header('opc-request-id', id);
    await next();
    const { method, path } = c.req;
    const done = { method, path, status: c.res.status, milliseconds: clock.now() - began };
    c.get('log')[method === 'GET' ? 'debug' : 'info'](done, 'management request');
  };
}
