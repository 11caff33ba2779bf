/**
 * Requests that do not say how long their body is (every DELETE, and chunked ones). The limit on bodies makes a new
 * Request of them, which the stand-in that the node adapter passes for a Request does not allow: here it becomes one.
 */
import type { MiddlewareHandler } from 'hono';

export function lengthLess(): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req;
    if (raw.body !== null && !raw.headers.has('content-length')) {
      const { url, method, headers, body, signal } = raw;
      c.req.raw = new Request(url, { method, headers, body, signal, duplex: 'half' });
    }
    await next();
  };
}
