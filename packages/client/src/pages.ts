/** Lists that come in pages: `{ items }`, then `opc-next-page` while there is more (OCI reference, section 2.4). */
import { bodyOf, type Answer } from './api.ts';

/** No list that a server of ours gives has more pages; a server that repeats a page is not followed for ever. */
const maxPages = 10_000;

/** Reads the page of that name; the first one when there is no name. */
export type ReadPage<Item> = (page: string | undefined) => Promise<Answer<{ items: Item[] }>>;

/** The pages of a list, one by one. */
export async function* pages<Item>(read: ReadPage<Item>): AsyncGenerator<Item[], void> {
  let page: string | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    const answer = await read(page);
    const { items } = await bodyOf(Promise.resolve(answer));
    yield items;
    page = answer.response.headers.get('opc-next-page') ?? undefined;
    if (page === undefined) return;
  }
  throw new Error(`A list has more than ${maxPages} pages`);
}

/** All items of a list. */
export async function allOf<Item>(read: ReadPage<Item>): Promise<Item[]> {
  return (await Array.fromAsync(pages(read))).flat();
}
