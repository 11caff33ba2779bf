/** What a refused request gets back: status, `{code, message}` and the headers of the problem. */
import { asProblem, Problem, problemCodes, type ProblemBody } from '@mooring/contract';
import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { isAway } from '../../store/postgres/away.ts';
import { StaleRow } from '../../store/scope.ts';
import type { ControlContext } from './context.ts';

/** The body of every refusal, for the API's description. */
export const problemBody = z
  .object({ code: z.enum(problemCodes), message: z.string().describe('What to do, for people') })
  .meta({ id: 'Problem' });

/** Answers an error of any kind. What really happened goes to the log only. */
export function refuse(error: unknown, c: ControlContext): Response {
  const problem = translate(error);
  const { code, message, status } = problem;
  if (status >= 500) c.get('log').error({ err: problem.cause ?? problem }, 'a management request failed');
  else c.get('log').debug({ code, err: problem.cause }, message);
  const body: ProblemBody = { code, message };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      'opc-request-id': c.get('requestId'),
      ...(problem.retryAfter !== undefined && { 'retry-after': String(problem.retryAfter) }),
      ...(status === 401 && { 'www-authenticate': problem.challenge ?? 'Bearer' }),
      ...(status !== 401 && problem.challenge !== undefined && { 'www-authenticate': problem.challenge }),
      ...problem.headers,
    },
  });
}

function translate(error: unknown): Problem {
  if (error instanceof StaleRow)
    return new Problem('IncorrectState', 'The resource was changed at the same time. Try again.', {
      cause: error,
      retryAfter: 1,
    });
  if (isAway(error))
    return new Problem('ServiceUnavailable', 'The database cannot be had at the moment. Try again shortly.', {
      cause: error,
      retryAfter: 5,
    });
  if (!(error instanceof HTTPException)) return asProblem(error);
  if (error.status === 415)
    return new Problem('UnsupportedMediaType', 'The body must be JSON: send content-type application/json.');
  if (error.status === 400) return new Problem('InvalidParameter', 'The body is not well-formed JSON.');
  return asProblem(error);
}
