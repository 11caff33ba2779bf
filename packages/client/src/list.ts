/** Lists of the OCI-compatible API: `{ items }`, page after page (OCI reference, section 2.4). */
import { z } from 'zod';
import { call, type Api, type Call } from './call.ts';

/** No list that a server of ours gives has more pages; a server that repeats a page is not followed for ever. */
const maxPages = 10_000;

/** All items of a list. */
export async function listAll<T>(api: Api, request: Omit<Call, 'method'>, item: z.ZodType<T>): Promise<T[]> {
  const shape = z.object({ items: z.array(item) });
  const items: T[] = [];
  let page: string | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    const query = { ...request.query, page };
    const answer = await call(api, { ...request, method: 'GET', query }, shape);
    items.push(...answer.body.items);
    page = answer.nextPage;
    if (page === undefined) return items;
  }
  throw new Error(`GET ${request.path} has more than ${maxPages} pages`);
}
