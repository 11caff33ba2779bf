/** Hosts: what serves the same stdio MCP server to clients, each in processes of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { invokePath, livePath } from '@mooring/contract';
import { deployOn, ownDomain } from '../deployed.ts';
import { answers, freePort } from '../relay/listen.ts';
import { start, usageOf } from '../subject.ts';
import { openHttp, openLive, type Door, type OpenSession } from './sessions.ts';

export const transports = { 'Streamable HTTP': openHttp, WebSocket: openLive } satisfies Record<
  string,
  OpenSession
>;
export type Transport = keyof typeof transports;

export interface Host extends AsyncDisposable {
  readonly name: string;
  /** CPU time of all its processes so far, those of the hosted server among them, in microseconds. */
  cpu(over: Transport): number;
  door(over: Transport): Door;
}

const flags = ['-C', 'mooring'];
const hosted = [process.execPath, ...flags, join(import.meta.dirname, 'stdio-server.ts')];

/** The whole server, with an application that its own identity domain protects. */
export async function startMooring(): Promise<Host> {
  await using owned = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  owned.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = owned.use(await start(new URL('../control/server.ts', import.meta.url), dataDir));
  const { id, known, management } = await deployOn(
    { port: server.port, dataDir },
    {
      name: 'echo',
      auth: ({ tokenUrl }) => ownDomain(tokenUrl.replace(/\/oauth2\/.*/, ''), 'echo'),
      scaling: { scalingType: 'CONCURRENCY', minReplica: 1, maxReplica: 1 },
      artifact: {
        artifactType: 'MCP_STDIO_ARTIFACT',
        command: hosted,
        workingDirectory: import.meta.dirname,
      },
    },
  );
  // The server is killed: what it runs would outlive it.
  owned.defer(async () => {
    const { workRequestId = '' } = await management.applications.delete(id);
    await management.workRequests.wait(workRequestId, { interval: 25 });
  });
  const { accessToken: token } = await management.tokens.issue(id);
  const base = known.applicationsPlainUrl ?? known.applicationsUrl;
  const urls = {
    'Streamable HTTP': base + invokePath(id, '/mcp'),
    WebSocket: base.replace(/^http/, 'ws') + livePath(id, '/ws'),
  };
  const everything = owned.move();
  return {
    name: 'mooring',
    cpu: () => server.cpu(),
    door: (over) => ({ url: urls[over], token }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** supergateway, which asks for no token; one process for each transport. */
export async function startSupergateway(): Promise<Host> {
  await using owned = new AsyncDisposableStack();
  const http = owned.use(await supergateway(['streamableHttp', '--stateful']));
  const live = owned.use(await supergateway(['ws']));
  const doors = {
    'Streamable HTTP': `http://127.0.0.1:${http.port}/mcp`,
    WebSocket: `ws://127.0.0.1:${live.port}/message`,
  };
  const everything = owned.move();
  return {
    name: 'supergateway',
    cpu: (over) => (over === 'WebSocket' ? live : http).cpu(),
    door: (over) => ({ url: doors[over], token: undefined }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

interface Running extends AsyncDisposable {
  readonly port: number;
  cpu(): number;
}

async function supergateway(transport: readonly string[]): Promise<Running> {
  const manifest = createRequire(import.meta.url).resolve('supergateway/package.json');
  const program = join(dirname(manifest), 'dist/index.js');
  const port = await freePort();
  const given = ['--stdio', hosted.join(' '), '--port', String(port), '--logLevel', 'none'];
  const child = spawn(process.execPath, [program, ...given, '--outputTransport', ...transport], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const gone = once(child, 'exit');
  await answers(port, () => child.exitCode !== null);
  return {
    port,
    cpu: usageOf(child.pid).cpu,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
