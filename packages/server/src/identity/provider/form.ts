/** Reads a submitted HTML form from a request: urlencoded, small. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '@mooring/contract';

/** Most bytes of a form. */
const maxBytes = 16_384;

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded')
    throw new Problem('UnsupportedMediaType', 'Send the form as application/x-www-form-urlencoded.');
  const stream: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new Problem('PayloadTooLarge', `The form is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
