import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isTest, readSources, root, type SourceFile } from './imports.ts';

const sources = readSources('packages', 'examples', 'bench', 'test');
const shipped = sources.filter((file) => !isTest(file));

interface Direction {
  readonly from: string;
  /** Beginnings of paths or specifiers. */
  readonly never: readonly string[];
  readonly except?: readonly string[];
}

const server = (...folders: string[]): string[] => folders.map((folder) => `packages/server/src/${folder}`);
const domain = [
  'control/',
  'directory/',
  'gateway/',
  'identity/',
  'observe/',
  'reconcile/',
  'runtime/',
  'secrets/',
  'store/',
];

/** What points where. Everything may import the contract and kit. */
const directions: Direction[] = [
  {
    from: 'packages/contract/src/',
    never: ['node:', '@mooring/', 'packages/'],
    except: ['packages/contract/'],
  },
  { from: 'packages/client/src/', never: ['@mooring/'], except: ['@mooring/contract'] },
  {
    from: 'packages/mcp-websocket/src/',
    never: ['@mooring/'],
    except: ['@mooring/mcp-websocket'],
  },
  { from: 'packages/server/src/', never: ['@mooring/'], except: ['@mooring/contract'] },
  { from: 'packages/server/src/gateway/', never: server('control/', 'reconcile/', 'runtime/', 'store/') },
  { from: 'packages/server/src/workers/', never: server('control/', 'reconcile/', 'runtime/', 'store/') },
  { from: 'packages/server/src/directory/', never: server(...domain), except: server('directory/') },
  { from: 'packages/server/src/kit/', never: server(...domain) },
  { from: 'packages/server/src/observe/', never: server(...domain), except: server('observe/') },
  { from: 'packages/server/src/runtime/', never: server('control/', 'gateway/', 'reconcile/', 'store/') },
  {
    from: 'packages/server/src/store/',
    never: server('control/', 'gateway/', 'reconcile/', 'runtime/', 'secrets/'),
  },
  {
    from: 'packages/server/src/identity/',
    never: server('control/', 'gateway/', 'reconcile/', 'runtime/', 'secrets/', 'store/'),
  },
  {
    from: 'packages/server/src/identity/verify/',
    never: server('identity/provider/', 'identity/store-port.ts'),
  },
  {
    from: 'packages/server/src/secrets/',
    never: server('control/', 'directory/', 'gateway/', 'identity/', 'node/', 'reconcile/', 'runtime/'),
  },
  { from: 'packages/server/src/control/', never: server('gateway/', 'reconcile/', 'runtime/', 'directory/') },
  { from: 'packages/server/src/reconcile/', never: server('control/', 'gateway/', 'identity/') },
];

/** That file and whatever of its package it loads. */
function reachableFrom(start: string): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const visit = (path: string): void => {
    const file = sources.find((one) => one.path === path);
    if (!file || found.has(path)) return;
    found.set(path, file);
    file.needs.forEach(visit);
  };
  visit(start);
  return [...found.values()];
}

describe('imports point one way', () => {
  for (const { from, never, except = [] } of directions) {
    it(`${from} does not import ${never.join(', ')}${except.length > 0 ? ` (but ${except.join(', ')})` : ''}`, () => {
      const files = shipped.filter(({ path }) => path.startsWith(from));
      assert.ok(files.length > 0, 'there is nothing there');
      const wrong = files.flatMap(({ path, imports }) =>
        imports
          .filter((name) => never.some((start) => name.startsWith(start)))
          .filter((name) => !except.some((start) => name.startsWith(start)))
          .map((name) => `${path} imports ${name}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it('the contract needs zod and nothing else', () => {
    const packages = shipped
      .filter(({ path }) => path.startsWith('packages/contract/src/'))
      .flatMap(({ imports }) => imports.filter((name) => !name.startsWith('packages/')));
    assert.deepEqual([...new Set(packages)], ['zod']);
  });

  it('what a browser loads of the client needs nothing of Node', () => {
    const files = reachableFrom('packages/client/src/browser.ts');
    assert.ok(files.some(({ path }) => path === 'packages/client/src/transport.ts'));
    const wrong = files.flatMap(({ path, needs }) =>
      needs
        .filter((name) => name === 'ws' || name.startsWith('node:'))
        .map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('only main.ts and its neighbours put the server’s parts together', () => {
    const crossing = shipped
      .filter(({ path }) => path.startsWith('packages/server/src/'))
      .filter(({ path, imports }) => path.split('/').length > 4 && imports.some(isServerRoot));
    assert.deepEqual(
      crossing.map(({ path }) => path),
      [],
    );
  });

  it('what is shipped does not import tests', () => {
    const wrong = shipped.flatMap(({ path, imports }) =>
      imports
        .filter((name) => /\.(test|fixture)\.ts$|^@mooring\/test/.test(name))
        .map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('every file that is imported by its path is there', () => {
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => /^(packages|examples|bench|test)\//.test(name) && !existsSync(join(root, name)))
        .map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('nothing needs itself to run', () => {
    assert.deepEqual(cycle(sources), []);
  });
});

/** A file that stands in packages/server/src itself. */
const isServerRoot = (name: string): boolean => /^packages\/server\/src\/[^/]+\.ts$/.test(name);

/** The first cycle that is found, as a list of paths; empty when there is none. */
function cycle(files: readonly SourceFile[]): string[] {
  const needs = new Map(files.map((file) => [file.path, file.needs]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] => {
    const seen = trail.indexOf(path);
    if (seen !== -1) return [...trail.slice(seen), path];
    if (done.has(path)) return [];
    for (const name of needs.get(path) ?? []) {
      const found = visit(name, [...trail, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const found = visit(path, []);
    if (found.length > 0) return found;
  }
  return [];
}
