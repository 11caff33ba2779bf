/** The server as it is, with so many workers, in a process of its own. */
import { startServer } from '@mooring/server';
import { z } from 'zod';
import { argument, serve } from '../subject.ts';

const options = z.object({ dataDir: z.string(), workers: z.int() });
const { dataDir, workers } = options.parse(JSON.parse(argument()));
const ports = { port: 0, tlsPort: 0, managePort: 0, manageTlsPort: 0 };
const server = await startServer({ dataDir, workers, logLevel: 'warn', ...ports });
await server.firstPass;
serve({ port: Number(new URL(server.urls.managementPlain).port) });
