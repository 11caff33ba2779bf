/**
 * Pages of a list: the rows behind a cursor, in a total order (the sort column, then the id), so that a row
 * that stays is seen exactly once whatever comes and goes between two pages.
 */
import { sql, type RawBuilder } from 'kysely';

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

/** Columns that make the order: the first one as asked for, the second one unique. */
interface Order<Column extends string> {
  readonly query: PageQuery<Column>;
  readonly unique: 'id' | 'position';
}

/** The condition that a row stands behind the cursor. */
export function behind<Column extends string>({ query, unique }: Order<Column>): RawBuilder<boolean> {
  if (query.after === undefined) return sql<boolean>`1 = 1`;
  const { value, id } = query.after;
  const columns = sql`(${sql.ref(query.sortBy)}, ${sql.ref(unique)})`;
  return query.sortOrder === 'ASC'
    ? sql<boolean>`${columns} > (${value}, ${id})`
    : sql<boolean>`${columns} < (${value}, ${id})`;
}

/** Cuts what was read with `limit + 1` into a page. */
export function cut<Row extends object, Column extends string & keyof Row>(
  rows: Row[],
  query: PageQuery<Column>,
  idOf: (row: Row) => string | number,
): Page<Row> {
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  if (rows.length <= query.limit || last === undefined) return { items, next: undefined };
  return { items, next: { value: String(last[query.sortBy]), id: idOf(last) } };
}

/** The filters that were given, for `eb.and`. */
export function given<Filters extends object>(
  filters: Filters,
): { [Key in keyof Filters]: NonNullable<Filters[Key]> };
export function given(filters: object): object {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
