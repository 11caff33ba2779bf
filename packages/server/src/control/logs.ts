/** What the replicas of an application wrote (`/v1`): one JSON object per line, as long as the caller stays. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { LogLine } from '@mooring/contract';
import type { Log } from '../observe/log.ts';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { liveApplication } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { idPath, refusals } from './conventions/responses.ts';

/** Lines to begin with when `tail` is not given, and at most. */
const defaultTail = 500;
const maxTail = 100_000;

// Typed as any text: hono takes a literal that ends in "json" for one JSON body.
const mediaType: string = 'application/x-ndjson';

const read = createRoute({
  method: 'get',
  path: '/v1/applications/{id}/logs',
  operationId: 'readLogs',
  summary: 'Read the output of replicas, oldest line first',
  ...requires('read-only'),
  request: {
    params: idPath,
    query: z.strictObject({
      tail: z.coerce
        .number()
        .int()
        .min(0)
        .max(maxTail)
        .default(defaultTail)
        .describe(`How many of the last lines to begin with. Default ${defaultTail}`),
      follow: z
        .enum(['true', 'false'])
        .default('false')
        .describe('Go on with new lines until the caller leaves. Default false'),
    }),
  },
  responses: {
    200: {
      description: 'One line of output per line',
      content: { [mediaType]: { schema: z.string() } },
    },
    ...refusals,
  },
});

export function logs({ store, logs }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();
  app.openapi(read, async (c) => {
    const { id } = await liveApplication(store, c.req.valid('param').id);
    const { tail, follow } = c.req.valid('query');
    const left = new AbortController();
    const signal = AbortSignal.any([c.req.raw.signal, left.signal]);
    const lines = logs(id, { tail, follow: follow === 'true', signal });
    const body = streamOf(lines, { left, log: c.get('log') });
    return c.body(body, 200, { 'content-type': mediaType, 'cache-control': 'no-store' });
  });
  return app;
}

interface Streaming {
  /** Aborted when the caller has left. */
  readonly left: AbortController;
  readonly log: Log;
}

/** The lines as bytes, read only as fast as the caller takes them. */
function streamOf(lines: AsyncIterable<LogLine>, { left, log }: Streaming): ReadableStream<Uint8Array> {
  const iterator = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      } catch (error) {
        if (!left.signal.aborted) log.warn({ err: error }, 'the output of an application cannot be read on');
        controller.error(error);
      }
    },
    async cancel(reason) {
      left.abort(reason);
      await iterator.return?.();
    },
  });
}
