/** Entity tags: the version of a row, in the quotes that HTTP wants. `if-match` takes them with or without. */
import { Problem } from '@mooring/contract';
import { z } from '@hono/zod-openapi';

export const ifMatchHeader = z.object({
  'if-match': z.string().optional().describe('Only when the resource still has this etag; else 412'),
});

export const etagOf = ({ version }: { version: number }): string => `"${version}"`;

/** Throws NoEtagMatch when the header is given and names another version (OCI reference, section 2.4). */
export function requireMatch(ifMatch: string | undefined, resource: { version: number }): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''));
  if (tags.includes('*') || tags.includes(String(resource.version))) return;
  throw new Problem(
    'NoEtagMatch',
    `The resource was changed since; its etag is ${etagOf(resource)}. Read it again and repeat with that etag.`,
  );
}
