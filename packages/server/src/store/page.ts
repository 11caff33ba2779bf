/**
 * Pages of a list: the rows behind a cursor, in a total order (the sort column, then the id), so that a row
 * that stays is seen exactly once whatever comes and goes between two pages.
 */
import { sql, type RawBuilder, type SelectQueryBuilder } from 'kysely';

export type SortOrder = 'ASC' | 'DESC';

/** The last row of a page: where the next one begins. */
export interface Cursor {
  readonly value: string;
  readonly id: string | number;
}

export interface PageQuery<Column extends string> {
  readonly sortBy: Column;
  readonly sortOrder: SortOrder;
  /** Rows of one page, 1 or more. */
  readonly limit: number;
  /** Default: from the start. */
  readonly after?: Cursor | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Undefined on the last page. */
  readonly next: Cursor | undefined;
}

/** The column that makes the order a total one, beside the one that was asked for. */
type Unique = 'id' | 'position';

/** The rows of a query that are on the page. */
export async function readPage<
  DB,
  TB extends keyof DB,
  Key extends Unique,
  Column extends string,
  Row extends Record<Key, string | number> & Record<Column, unknown>,
>(rows: SelectQueryBuilder<DB, TB, Row>, query: PageQuery<Column>, unique: Key): Promise<Page<Row>> {
  const direction = query.sortOrder === 'ASC' ? 'asc' : 'desc';
  const found = await rows
    .where(behind(query, unique))
    .orderBy(sql.ref(query.sortBy), direction)
    .orderBy(sql.ref(unique), direction)
    .limit(query.limit + 1)
    .execute();
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  if (found.length <= query.limit || last === undefined) return { items, next: undefined };
  return { items, next: { value: String(last[query.sortBy]), id: last[unique] } };
}

/** The condition that a row stands behind the cursor. */
function behind<Column extends string>(query: PageQuery<Column>, unique: Unique): RawBuilder<boolean> {
  if (query.after === undefined) return sql<boolean>`1 = 1`;
  const { value, id } = query.after;
  const columns = sql`(${sql.ref(query.sortBy)}, ${sql.ref(unique)})`;
  return query.sortOrder === 'ASC'
    ? sql<boolean>`${columns} > (${value}, ${id})`
    : sql<boolean>`${columns} < (${value}, ${id})`;
}

/** The filters that were given, for `eb.and`. */
export function given<Filters extends object>(
  filters: Filters,
): { [Key in keyof Filters]: NonNullable<Filters[Key]> };
export function given(filters: object): object {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
