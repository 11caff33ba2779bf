/** What a request carries from stage to stage of the management API. */
import type { Context } from 'hono';
import type { Log } from '../../observe/log.ts';
import type { Operator } from '../ports.ts';

export interface ControlEnv {
  Variables: {
    /** `opc-request-id`, as it came or made. */
    requestId: string;
    log: Log;
    operator: Operator;
  };
}

export type ControlContext = Context<ControlEnv>;
