/** The server as it is, on SQLite, in a process of its own: it listens on free ports and runs until it is killed. */
import { startServer } from '@mooring/server';
import { z } from 'zod';
import { argument, serve } from '../subject.ts';

const server = await startServer({
  dataDir: z.string().parse(JSON.parse(argument())),
  port: 0,
  tlsPort: 0,
  managePort: 0,
  manageTlsPort: 0,
  logLevel: 'warn',
});
await server.firstPass;
serve({ port: Number(new URL(server.urls.managementPlain).port) });
