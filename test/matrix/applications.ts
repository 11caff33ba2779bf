/** The MCP servers of the matrix, each hosted once, and what there is to hear from them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invokePath, livePath, type CreateArtifactDetails } from '@mooring/contract';
import { buildImage, type Engine } from '@mooring/server/container-fixture';
import { bundleForNode } from '../fixtures/bundle.ts';
import type { Deployed, TestServer } from '../fixtures/server.ts';
import type { Errand } from '../page/converse.ts';
import type { ApplicationName, TransportName } from './table.ts';

export interface Application {
  readonly tool: Errand['tool'];
  /** What the tool says, among other things. */
  readonly says: string;
  readonly token: string;
  readonly urlOf: (transport: TransportName) => string;
}

const here = (path: string): string => new URL(path, import.meta.url).pathname;

/** What is called there, and what it answers. */
const tools: Record<ApplicationName, Pick<Application, 'tool' | 'says'>> = {
  weather: { tool: { name: 'get-alerts', arguments: { state: 'CA' } }, says: 'sample data' },
  'server-everything': { tool: { name: 'echo', arguments: { message: 'aye' } }, says: 'Echo: aye' },
  container: { tool: { name: 'test_simple_text', arguments: {} }, says: 'a simple text response' },
};

/** The application of that name, which pages of `origin` may call. */
export async function host(
  test: TestServer,
  name: ApplicationName,
  { origin, engine }: { origin: string; engine: Engine | undefined },
): Promise<Application> {
  const settings = { allowedOrigins: [origin] };
  const app = await test.deploy({ name, settings, ...(await artifactOf(name, engine)) });
  assert.deepEqual([app.status, app.errors], ['SUCCEEDED', []]);
  const { applications } = test.server.urls;
  return {
    ...tools[name],
    token: await test.token(app.id),
    urlOf: (transport) =>
      transport === 'WebSocket'
        ? applications.replace(/^http/, 'ws') + livePath(app.id, '/ws')
        : applications + invokePath(app.id, '/mcp'),
  };
}

type Artifact =
  | Pick<
      Extract<Deployed, { command: string[] }>,
      'command' | 'artifactType' | 'workingDirectory' | 'environment'
    >
  | { readonly image: CreateArtifactDetails };

async function artifactOf(name: ApplicationName, engine: Engine | undefined): Promise<Artifact> {
  if (name === 'container') return { image: await imageOf(engine) };
  if (name === 'server-everything')
    return {
      command: [
        'node',
        here('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
        'stdio',
      ],
      artifactType: 'MCP_STDIO_ARTIFACT',
    };
  return {
    // Without the forecast service it tells its samples.
    environment: { NWS_API_BASE: 'http://127.0.0.1:9' },
    command: ['node', '--conditions=mooring', 'server.ts'],
    workingDirectory: here('../../examples/weather'),
  };
}

/** An image with the server that the conformance suite meets. */
async function imageOf(engine: Engine | undefined): Promise<CreateArtifactDetails> {
  if (engine === undefined) throw new TypeError('there is no engine');
  const folder = await mkdtemp(join(tmpdir(), 'mooring-matrix-'));
  try {
    const script = join(folder, 'server.mjs');
    await writeFile(script, await bundleForNode(here('../conformance/http.ts')));
    const lines = ['COPY server.mjs /server.mjs', 'CMD ["node", "/server.mjs"]'];
    const { name, tag } = await buildImage(engine.docker, { lines, files: [script] });
    return { artifactType: 'SIMPLE_DOCKER_ARTIFACT', containerUri: name, tag };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
