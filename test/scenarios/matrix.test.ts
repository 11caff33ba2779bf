/** Every MCP client against every kind of application, over both transports, in both eras, through the gateway. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { findPython, type Python } from '@mooring/mcp-websocket/python-fixture';
import { engineForTests } from '@mooring/server/container-fixture';
import { bundle } from '../fixtures/bundle.ts';
import { chromiumMissing, chromiumPath, startChromium, startSite } from '../fixtures/chromium.ts';
import { startTestServer } from '../fixtures/server.ts';
import { host, type Application } from '../matrix/applications.ts';
import { pageIn } from '../matrix/browser.ts';
import type { Traveller } from '../matrix/errand.ts';
import { pythonSdk } from '../matrix/python.ts';
import { raw } from '../matrix/raw.ts';
import { sdkV1 } from '../matrix/sdk-v1.ts';
import { sdkV2 } from '../matrix/sdk-v2.ts';
import {
  applications,
  cells,
  clients,
  impossibilityOf,
  expectedOf,
  rowsOf,
  transports,
  written,
  type ApplicationName,
  type Cell,
  type ClientName,
} from '../matrix/table.ts';
import { revisions } from '../page/converse.ts';
import { verifies } from '../verifies.ts';

const pythons = new Map<ClientName, Python>();
for (const sdk of ['Python SDK v1', 'Python SDK v2'] as const) pythons.set(sdk, await findPython(sdk));
const { engine, missing: engineMissing } = await engineForTests();
const chromium = chromiumPath();

interface Absence {
  readonly what: string;
  readonly why: string;
}

/** What this machine does not have, so that the cell cannot be tried. */
function absenceOf({ client, application }: Pick<Cell, 'client' | 'application'>): Absence | undefined {
  const python = pythons.get(client);
  if (python !== undefined && 'missing' in python) return { what: `no ${client}`, why: python.missing };
  if (client === 'browser' && chromium === undefined) return { what: 'no Chromium', why: chromiumMissing };
  if (application === 'container' && engineMissing !== undefined)
    return { what: 'no container engine', why: engineMissing };
  return undefined;
}

/** Milliseconds: for what all cells need, and for one cell. */
const limits = { start: 240_000, cell: 120_000 };

const owned = new AsyncDisposableStack();
const hosted = new Map<ApplicationName, Application>();
const travellers = new Map<ClientName, Traveller>([
  ['SDK v1', sdkV1],
  ['SDK v2', sdkV2],
  ['raw', raw],
]);

async function start(): Promise<void> {
  const test = owned.use(await startTestServer());
  const authority = test.server.profile.ca ?? '';
  setDefaultCACertificates([...getCACertificates(), authority]);
  const site = owned.use(
    await startSite('localhost', await bundle(new URL('../page/matrix.ts', import.meta.url).pathname)),
  );
  const wanted = applications.filter((application) => application !== 'container' || engine !== undefined);
  await Promise.all(
    wanted.map(async (name) => hosted.set(name, await host(test, name, { origin: site.origin, engine }))),
  );
  const trusted = await kept(authority);
  for (const sdk of ['Python SDK v1', 'Python SDK v2'] as const) {
    const python = pythons.get(sdk);
    if (python && 'path' in python) travellers.set(sdk, pythonSdk(sdk, python.path, trusted));
  }
  if (chromium === undefined) return;
  const browser = await startChromium(chromium);
  owned.defer(() => browser.close());
  travellers.set('browser', pageIn(browser, site.origin));
}

async function kept(authority: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-matrix-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'ca.pem'), authority);
  return join(folder, 'ca.pem');
}

function found<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new TypeError(`${String(key)} has not started`);
  return value;
}

/** Tries it: the tools are listed and one of them has answered, in the era that was wanted. */
async function attempt(cell: Cell, signal: AbortSignal, token?: string): Promise<void> {
  const { client, application, transport, era } = cell;
  const { tool, says, urlOf, token: own } = found(hosted, application);
  const url = urlOf(transport);
  const travel = found(travellers, client);
  const { version, tools, text } = await travel({ transport, era, url, token: token ?? own, tool, signal });
  assert.equal(version, revisions[era]);
  assert.ok(tools.includes(tool.name), tools.join());
  assert.ok(text.includes(says), text);
}

describe('MCP clients through the gateway', () => {
  before(start, { timeout: limits.start });
  after(() => owned.disposeAsync());
  const outcomes = new Map<Cell, string>();

  describe('each by itself', { concurrency: 4 }, () => {
    for (const cell of cells) {
      const { client, application, transport, era } = cell;
      const absence = absenceOf(cell);
      const impossible = impossibilityOf(cell);
      const way = `${client} with ${application} over ${transport}, ${era}`;
      outcomes.set(cell, absence === undefined ? 'FAILED' : `not here: ${absence.what}`);
      it(
        verifies('mcp:matrix', impossible ? `${way}: ${impossible.reason}` : way),
        { skip: absence?.why ?? false, timeout: limits.cell },
        async ({ signal }) => {
          if (impossible) await assert.rejects(attempt(cell, signal), impossible.says);
          else await attempt(cell, signal);
          outcomes.set(cell, expectedOf(cell));
        },
      );
    }
  });

  describe('with the token of another application', { concurrency: 4 }, () => {
    for (const client of clients)
      for (const transport of transports) {
        const cell = { client, application: 'weather', transport, era: 'legacy' } as const;
        if (impossibilityOf(cell)) continue;
        it(
          verifies('auth:invalid', `${client} is refused over ${transport}`),
          { skip: absenceOf(cell)?.why ?? false, timeout: limits.cell },
          async ({ signal }) => {
            const { token } = found(hosted, 'server-everything');
            await assert.rejects(attempt(cell, signal, token));
          },
        );
      }
  });

  it('are told in a table', (t) => {
    for (const line of written(rowsOf((cell) => outcomes.get(cell) ?? ''))) t.diagnostic(line);
    assert.ok(![...outcomes.values()].includes('FAILED'));
  });
});
