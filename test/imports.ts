/** Which file imports what, for the tests that hold the directions of the architecture. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** A source file of the workspace, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  /** What it imports: a path from the root for a file of the same package, else the specifier as it stands. */
  readonly imports: readonly string[];
  /** Those of them that are there when it runs: not `import type`. */
  readonly needs: readonly string[];
}

/** Static and dynamic imports, and re-exports. */
const statement =
  /(?:^|[;{}\s])(?:import|export)\s(?<type>type\s)?(?:[^'";]*?\sfrom\s)?\s*'(?<from>[^']+)'|import\(\s*'(?<dynamic>[^']+)'\s*\)/gm;

/** The TypeScript files below these folders, without what was built. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
    .filter((path) => !/(^|\/)(dist|node_modules)\//.test(path))
    .map((path) => {
      const found = importsOf(path);
      return {
        path,
        imports: found.map(({ name }) => name),
        needs: found.filter(({ type }) => !type).map(({ name }) => name),
      };
    });
}

/** Tests, and what only tests use. */
export const isTest = ({ path }: SourceFile): boolean =>
  /\.(test|fixture)\.ts$|\/(testing|suite)\//.test(path);

function importsOf(path: string): { name: string; type: boolean }[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...text.matchAll(statement)].map(({ groups = {} }) => {
    const name = groups['from'] ?? groups['dynamic'] ?? '';
    const type = groups['type'] !== undefined;
    return { name: name.startsWith('.') ? normalize(join(dirname(path), name)) : name, type };
  });
}
