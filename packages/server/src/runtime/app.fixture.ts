/** The program that the runtime suite runs as a replica: its first argument says how it behaves. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';

const [behaviour = 'serve', ...rest] = process.argv.slice(2);
const host = process.env['HOST'];
const port = Number(process.env['PORT']);

let healthy = true;

const tell: Record<string, () => string> = {
  '/environment': () => JSON.stringify(process.env),
  '/directory': () => process.cwd(),
  '/place': () => JSON.stringify(place()),
  '/processor': () => JSON.stringify(process.cpuUsage()),
};

/** What a container may do. */
function place(): Record<string, string | undefined> {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    root: tryToWrite('/written'),
    tmp: tryToWrite('/tmp/written'),
    capabilities: /^CapEff:\s+(\w+)$/m.exec(status)?.[1],
    noNewPrivileges: /^NoNewPrivs:\s+(\d)$/m.exec(status)?.[1],
  };
}

function tryToWrite(path: string): string {
  try {
    writeFileSync(path, 'x');
    return 'written';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function reach(response: ServerResponse, { searchParams }: URL): void {
  const socket = connect({
    host: searchParams.get('host') ?? '',
    port: Number(searchParams.get('port')),
    timeout: 500,
  });
  const answer = (text: string): void => void (socket.destroy(), response.end(text));
  socket.on('connect', () => answer('reached'));
  socket.on('timeout', () => answer('not reached'));
  socket.on('error', () => answer('not reached'));
}

/** Keeps one core busy. */
function burn(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

const taken: Buffer[] = [];

const serve: RequestListener = (request, response) => {
  const url = new URL(request.url ?? '/', 'http://replica');
  if (url.pathname === '/sicken') healthy = false;
  if (url.pathname === '/say') console.log(url.searchParams.get('text'));
  if (url.pathname === '/burn') burn(Number(url.searchParams.get('ms')));
  if (url.pathname === '/take') taken.push(Buffer.alloc(Number(url.searchParams.get('bytes')), 1));
  if (url.pathname === '/reach') return reach(response, url);
  if (url.pathname === '/exit') process.exit(Number(url.searchParams.get('code')));
  response.statusCode = url.pathname === '/health' && !healthy ? 500 : 200;
  response.end(tell[url.pathname]?.() ?? 'ok');
};

/** Children of which each ignores SIGTERM, some outside of the process group. */
function breed(): void {
  const program = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
  for (const detached of [false, true]) {
    const child = spawn(process.execPath, ['-e', program], { detached, stdio: 'inherit' });
    console.log(`child ${child.pid}`);
  }
}

const behaviours: Record<string, () => void> = {
  serve: () => createServer(serve).listen(port, host),
  exit: () => {
    console.log('reading the configuration');
    console.error('no such table: forecasts');
    process.exitCode = 3;
  },
  silent: () => setInterval(() => {}, 1000),
  busy: () => createServer((_, response) => response.writeHead(503).end('warming up')).listen(port, host),
  mute: () => createTcpServer(() => {}).listen(port, host),
  garbage: () =>
    createTcpServer((socket) => socket.on('error', () => {}).end('nonsense\r\n\r\n')).listen(port, host),
  wide: () => createServer(serve).listen(port, '0.0.0.0'),
  elsewhere: () => createServer(serve).listen(0, host),
  loopback: () => createServer(serve).listen(port, '127.0.0.1'),
  /** Takes memory until somebody ends it. */
  hungry: () => {
    console.log('taking memory');
    setInterval(() => taken.push(Buffer.alloc(8 * 1024 * 1024, 1)), 1);
  },
  stubborn: () => {
    process.on('SIGTERM', () => console.log('ignoring SIGTERM'));
    breed();
    createServer(serve).listen(port, host);
  },
  parent: () => {
    breed();
    createServer(serve).listen(port, host);
  },
  /** Exits as long as there is a file of that name, with what it says. */
  unless: () => {
    const file = rest[0] ?? '';
    if (existsSync(file)) throw new Error(`the file is there: ${readFileSync(file, 'utf8')}`);
    createServer(serve).listen(port, host);
  },
  chatty: () => {
    const lines = Number(rest[0]);
    for (let line = 1; line <= lines; line++) process.stdout.write(`line ${line}\n`);
    createServer(serve).listen(port, host);
  },
};

behaviours[process.env['BEHAVIOUR'] ?? behaviour]?.();
