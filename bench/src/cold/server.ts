/** The server as it is, in a process of its own; the bench reads its log from the standard output. */
import { startServer } from '@mooring/server';
import { z } from 'zod';
import { argument, serve } from '../subject.ts';

const options = z.object({ dataDir: z.string(), logLevel: z.enum(['silent', 'warn']) });
const { dataDir, logLevel } = options.parse(JSON.parse(argument()));
const server = await startServer({ dataDir, logLevel, port: 0, tlsPort: 0, managePort: 0, manageTlsPort: 0 });
await server.firstPass;
serve({ port: Number(new URL(server.urls.managementPlain).port) });
