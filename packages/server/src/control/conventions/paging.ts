/** Lists: `limit`, `page`, `sortBy`, `sortOrder`, and `opc-next-page` while there is more (OCI reference, 2.3 and 2.4). */
import { Problem } from '@mooring/contract';
import { z } from '@hono/zod-openapi';
import type { Cursor, Page, PageQuery, SortOrder } from '../../store/page.ts';
import type { ControlContext } from './context.ts';

/** Items of a page when `limit` is not given, and at most. */
export const defaultLimit = 100;
export const maxLimit = 1000;

export const pagingFields = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxLimit)
    .default(defaultLimit)
    .describe(`Items per page, at most ${maxLimit}. Default ${defaultLimit}`),
  page: z.string().optional().describe('The opc-next-page of the page before'),
  sortOrder: z.enum(['ASC', 'DESC']).optional().describe('Default: times descending, names ascending'),
};

interface PagingQuery<Column extends string> {
  readonly limit: number;
  readonly page?: string | undefined;
  readonly sortBy: Column;
  readonly sortOrder?: SortOrder | undefined;
}

/** What the store wants to know. Throws InvalidParameter for a `page` of another list or order. */
export function pageQuery<Column extends string>(query: PagingQuery<Column>): PageQuery<Column> {
  const { limit, sortBy } = query;
  const sortOrder = query.sortOrder ?? (sortBy.startsWith('time') ? 'DESC' : 'ASC');
  const after = query.page === undefined ? undefined : readCursor(query.page, `${sortBy} ${sortOrder}`);
  return { limit, sortBy, sortOrder, after };
}

/** Sets `opc-next-page`; without it the page was the last one. */
export function announceNext<Column extends string>(
  c: ControlContext,
  query: PageQuery<Column>,
  { next }: Pick<Page<unknown>, 'next'>,
): void {
  if (next) c.header('opc-next-page', writeCursor(next, `${query.sortBy} ${query.sortOrder}`));
}

const cursorShape = z.tuple([z.string(), z.string(), z.union([z.string(), z.number()])]);

const writeCursor = ({ value, id }: Cursor, order: string): string =>
  Buffer.from(JSON.stringify([order, value, id])).toString('base64url');

function readCursor(page: string, order: string): Cursor {
  const parsed = cursorShape.safeParse(jsonOf(Buffer.from(page, 'base64url').toString()));
  if (!parsed.success || parsed.data[0] !== order)
    throw new Problem(
      'InvalidParameter',
      'page is not an opc-next-page of this list in this order. Begin again without it.',
    );
  const [, value, id] = parsed.data;
  return { value, id };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
