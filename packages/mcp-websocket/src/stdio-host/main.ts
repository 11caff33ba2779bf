/**
 * The stdio host as a program: `main.js -- command args…` serves the command on $HOST:$PORT until SIGTERM. It exits
 * with 1 when the command cannot be used, with the reason as its last line.
 */
import { openHost, type HostOptions } from './host.ts';

const usage = 'Usage: mcp-stdio-host -- <command> [arguments], with HOST and PORT in the environment.';

function stopWith(reason: string): never {
  console.error(`mcp-stdio-host: ${reason}`);
  process.exit(1);
}

/** A whole number from the environment. */
function numberOf(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) stopWith(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}

function limits(): Partial<HostOptions> {
  const maxSessions = numberOf('MCP_MAX_SESSIONS');
  const maxShared = numberOf('MCP_MAX_SHARED');
  const idleSeconds = numberOf('MCP_SESSION_IDLE');
  return {
    ...(maxSessions !== undefined && { maxSessions }),
    ...(maxShared !== undefined && { maxShared }),
    ...(idleSeconds !== undefined && { sessionIdle: idleSeconds * 1_000 }),
  };
}

const start = process.argv.indexOf('--');
const command = start === -1 ? [] : process.argv.slice(start + 1);
if (command.length === 0) stopWith(usage);
const port = numberOf('PORT') ?? 8080;
const address = process.env['HOST'] ?? '127.0.0.1';

const host = openHost({
  ...limits(),
  command,
  report: (error) => console.error(`mcp-stdio-host: ${error.message}`),
});

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await host[Symbol.asyncDispose]();
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());

host.http.on('error', (error) => stopWith(`cannot listen on ${address}:${port}: ${error.message}`));
host.http.listen(port, address, () => {
  console.log(`mcp-stdio-host listens on ${address}:${port} for ${command.join(' ')}`);
});
try {
  await host.ready;
  console.log('mcp-stdio-host: the server answers');
} catch (error) {
  if (!isStopping) stopWith(error instanceof Error ? error.message : String(error));
}
