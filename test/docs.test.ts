/** The documentation says what the code does: its tables are held against the code that they describe. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  applicationSettings,
  closeCodes,
  problemKinds,
  returnAfter,
  serveConfig,
  type Return,
} from '@mooring/contract';
import { clientCredentials } from '@mooring/client';
import { pythonSdks } from '@mooring/mcp-websocket/python-fixture';
import type { RunningServer } from '@mooring/server';
import { startTestServer } from './fixtures/server.ts';
import * as matrix from './matrix/table.ts';
import { requirements } from './requirements.ts';
import { tableOf } from './fixtures/table.ts';

const root = join(import.meta.dirname, '..');

/** Rows in any order. */
const setOf = (rows: readonly (readonly string[])[]): Set<string> =>
  new Set(rows.map((row) => row.join(' ')));

/** What the command line says about itself. */
async function helpOf(...command: string[]): Promise<string> {
  const main = join(root, 'packages/cli/src/main.ts');
  const args = ['--conditions=mooring', main, ...command, '--help'];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

describe('docs/wire.md', () => {
  it('lists every refusal with its status and whether it may be repeated', async () => {
    const rows = await tableOf('docs/wire.md', 'code', 'status', 'retry');
    const kinds = Object.entries(problemKinds);
    assert.deepEqual(
      setOf(rows.map((row) => row.slice(0, 3))),
      setOf(kinds.map(([code, { status, retryable }]) => [code, `${status}`, retryable ? 'yes' : 'no'])),
    );
  });

  it('lists every close code with its name', async () => {
    const rows = await tableOf('docs/wire.md', 'code', 'name', 'sent to');
    const told = rows
      .map(([code, name]) => [name, Number(code)])
      .filter(([name]) => name !== '(not on the wire)');
    assert.deepEqual(Object.fromEntries(told), closeCodes);
  });

  it('says of every close code when clients come back', async () => {
    const meaning = (words: string): Return => {
      if (/retryAfterMs/.test(words)) return 'asAsked';
      if (/something to say/.test(words)) return 'onDemand';
      if (/at once/.test(words)) return 'atOnce';
      return /back-off/.test(words) ? 'backOff' : 'never';
    };
    for (const [code, , , , words = ''] of await tableOf('docs/wire.md', 'code', 'name', 'sent to'))
      assert.equal(returnAfter(Number(code)), meaning(words), `${code}: ${words}`);
  });

  it('lists every setting with its default and its range', async () => {
    // A schema with a name is described among the definitions.
    const { $defs = {} } = applicationSettings.toJSONSchema({ io: 'input' });
    const { properties = {} } = $defs.ApplicationSettings ?? {};
    const actual = Object.entries(properties).map(([name, schema]) => {
      assert.ok(typeof schema === 'object');
      if (schema.type === 'array') return [name, '(empty)', 'origins, or *'];
      if (schema.enum) return [name, String(schema.default), schema.enum.join(', ')];
      if (schema.type === 'boolean') return [name, String(schema.default), 'true, false'];
      if (schema.type === 'string') return [name, '(empty)', 'a name'];
      return [name, String(schema.default), `${schema.minimum} to ${schema.maximum}`];
    });
    const rows = await tableOf('docs/wire.md', 'setting', 'unit', 'default', 'range');
    assert.deepEqual(
      rows.map(([name, , value, range]) => [name, value, range]),
      actual,
    );
  });

  it('lists every operation of the management API with the role that it takes', async () => {
    await using test = await startTestServer();
    const { paths } = record(await describeApi(test.server));
    const actual = Object.entries(record(paths)).flatMap(([path, operations]) =>
      Object.entries(record(operations)).map(([method, operation]) => [
        method.toUpperCase(),
        path,
        String(record(operation)['x-mooring-role']),
      ]),
    );
    assert.deepEqual(setOf(await tableOf('docs/wire.md', 'method', 'path', 'role')), setOf(actual));
  });
});

describe('the sources of the promises on the wire', () => {
  it('are sections of docs/wire.md where they say so', async () => {
    const text = await readFile(join(root, 'docs/wire.md'), 'utf8');
    const sections = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase());
    for (const { id, source } of requirements) {
      const [, named] = /docs\/wire\.md, ([^;]+)/.exec(source) ?? [];
      if (named !== undefined) assert.ok(sections.includes(named.toLowerCase()), `${id}: ${named}`);
    }
  });
});

describe('docs/compatibility.md', () => {
  it('has the table of MCP clients that is tried', async () => {
    assert.deepEqual(
      await tableOf('docs/compatibility.md', ...matrix.columns),
      matrix.rowsOf(matrix.expectedOf),
    );
  });

  it('names the versions of those clients', async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, 'test/package.json'), 'utf8'));
    const rows = await tableOf('docs/compatibility.md', 'client', 'package', 'version');
    assert.deepEqual(
      rows.map(([client]) => client),
      matrix.clients,
    );
    for (const [client, name = '', version] of rows)
      assert.equal(version, name === 'mcp' ? pythonVersion(client) : dependencies[name], client);
  });
});

describe('docs/operations.md', () => {
  it('lists every flag of serve, with its default', async () => {
    const told = new Map(
      (await tableOf('docs/operations.md', 'flag', 'default')).map(([flag, value]) => [flag, value]),
    );
    const flags = (await helpOf('serve')).match(/^ {2}--[a-z-]+/gm)?.map((flag) => flag.trim()) ?? [];
    const shared = new Set(['--json', '--profile']);
    assert.deepEqual(new Set(told.keys()), new Set(flags.filter((flag) => !shared.has(flag))));
    for (const [name, value] of Object.entries(serveConfig.parse({}))) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const shown = value === false ? 'off' : String(value);
      assert.equal(told.get(flag), shown, `the default of ${flag}`);
    }
  });

  it('lists every exit code', async () => {
    const said = (await helpOf()).replaceAll(/\s+/g, ' ');
    const codes = /Exit codes: (.*)\.$/.exec(said.trim())?.[1]?.split('; ') ?? [];
    const rows = await tableOf('docs/operations.md', 'code', 'meaning');
    assert.deepEqual(
      rows.map(([code, meaning]) => `${code} ${meaning}`),
      codes,
    );
  });
});

describe('README.md', () => {
  it('lists every command, and no other', async () => {
    const groups = ['apps', 'clients', 'compartments', 'keys', 'mcp', 'registries', 'secrets', 'users'];
    const [top = [], ...nested] = await Promise.all(
      [[], ...groups.map((group) => [group])].map(async (command) => commandsIn(await helpOf(...command))),
    );
    const actual = [
      ...top.filter((name) => !groups.includes(name)),
      ...groups.flatMap((group, index) => (nested[index] ?? []).map((name) => `${group} ${name}`)),
    ];
    const rows = await tableOf('README.md', 'command', 'what it does');
    const told = rows.map(([line = '']) => /^npx mooring ((?:[a-z]+ ?)+)/.exec(line)?.[1]?.trim());
    assert.deepEqual(new Set(told), new Set(actual));
  });
});

describe('every page', () => {
  it('links only to files that are there', async () => {
    const pages = (await readdir(join(root, 'docs'), { recursive: true })).map((name) => `docs/${name}`);
    const top = (await readdir(root)).filter((name) => name.endsWith('.md'));
    for (const page of [...top, ...pages.filter((name) => name.endsWith('.md'))]) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g))
        await access(join(root, dirname(page), target)).catch(() =>
          assert.fail(`${page} links to ${target}`),
        );
    }
  });
});

async function describeApi({ profile, urls: { managementPlain } }: RunningServer): Promise<unknown> {
  const tokenUrl = `${managementPlain}/identity/oauth2/v1/token`;
  const signal = AbortSignal.timeout(10_000);
  const token = await clientCredentials({ ...profile, tokenUrl, fetch })({ signal });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${managementPlain}/openapi.json`, { headers, signal });
  assert.equal(answer.status, 200);
  return answer.json();
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** Names under `Commands:` of a help text. */
function commandsIn(help: string): string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)*)/m.exec(help) ?? [];
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

function pythonVersion(client: string | undefined): string | undefined {
  return Object.entries(pythonSdks).find(([name]) => name === client)?.[1].version;
}
