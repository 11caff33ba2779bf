/** What a request carries from stage to stage of the management API. */
import type { Context } from 'hono';
import type { Log } from '../../observe/log.ts';
import type { Arrival, Authenticated, Operator } from '../ports.ts';

export interface ControlEnv {
  Bindings: {
    arrival: Arrival;
  };
  Variables: {
    /** `opc-request-id`, as it came or made. */
    requestId: string;
    log: Log;
    operator: Operator;
    checkBody: Authenticated['checkBody'];
  };
}

export type ControlContext = Context<ControlEnv>;
