/** Figures of the server's own process, taken when they are asked for. */
import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Milliseconds between two looks at the event loop's delay. */
const resolution = 20;

/** Adds them to the registry until it is disposed. */
export function measureProcess(registry: Registry): Disposable {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async () => made.set(await read()),
    });
  };
  const started = Date.now() / 1000 - process.uptime();
  const cpu: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Seconds of processor time that the server has used.',
    registers: [registry],
    collect: () => {
      const { user, system } = process.cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / 1e6);
    },
  });
  gauge('process_start_time_seconds', 'When the server started, seconds since the epoch.', () => started);
  gauge('process_resident_memory_bytes', 'Memory of the server.', () => process.memoryUsage.rss());
  gauge(
    'process_open_fds',
    'Open file descriptors of the server; 0 where they cannot be counted.',
    openFiles,
  );
  gauge('nodejs_heap_used_bytes', 'Part of it that JavaScript uses.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_eventloop_delay_seconds', 'Longest delay of the event loop since the last scrape.', () => {
    const longest = Math.max(0, delay.max / 1e9 - resolution / 1000);
    delay.reset();
    return longest;
  });
  return { [Symbol.dispose]: () => void delay.disable() };
}

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length;
}
