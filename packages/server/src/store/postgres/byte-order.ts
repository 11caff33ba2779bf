/**
 * Text is compared byte by byte, as SQLite does it, whatever the locale of the PostgreSQL: the order of a page and
 * the condition that continues it must agree, and names sort alike on every database.
 */
import {
  PostgresQueryCompiler,
  type CompiledQuery,
  type QueryCompiler,
  type RootOperationNode,
} from 'kysely';

/** Columns of type text are made with the collation "C". */
export function byteOrderCompiler(): QueryCompiler {
  const compiler = new PostgresQueryCompiler();
  return {
    compileQuery: (node, queryId) => {
      const query: CompiledQuery = compiler.compileQuery(node, queryId);
      return definesColumns(node) ? { ...query, sql: collated(query.sql) } : query;
    },
  };
}

const definesColumns = ({ kind }: RootOperationNode): boolean =>
  kind === 'CreateTableNode' || kind === 'AlterTableNode';

/** Names are quoted: a bare `text` is the type. */
const collated = (sql: string): string => sql.replaceAll(/ text(?=[ ,)]|$)/g, ' text collate "C"');
