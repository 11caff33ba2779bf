/** Body: that of an HTTP request as text, up to a size. */
import type { IncomingMessage } from 'node:http';

/** `too large`: nothing more of it is kept. `gone`: the client left before its end. */
export type Body = { readonly text: string } | { readonly failure: 'too large' | 'gone' };

const decoder = new TextDecoder();

/** Never rejects. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  if (Number(request.headers['content-length']) > maxBytes) return Promise.resolve({ failure: 'too large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) resolve({ failure: 'too large' });
      else chunks.push(chunk);
    });
    request.on('end', () => resolve({ text: decoder.decode(joined(chunks)) }));
    request.on('error', () => resolve({ failure: 'gone' }));
    request.on('close', () => resolve({ failure: 'gone' }));
  });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}
