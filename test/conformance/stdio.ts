/** The server on its standard streams. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { conformanceServer } from './server.ts';

serveStdio(() => conformanceServer());
