/** The Python SDK. The WebSocket client of its first version takes a URL only, so it gets in by a ticket. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ticketFor, withTicket } from '@mooring/client';
import type { PythonSdk } from '@mooring/mcp-websocket/python-fixture';
import { z } from 'zod';
import { revisions } from '../page/converse.ts';
import type { Traveller } from './errand.ts';

const scripts: Record<PythonSdk, string> = {
  'Python SDK v1': join(import.meta.dirname, 'python.py'),
  'Python SDK v2': join(import.meta.dirname, 'python-v2.py'),
};
const heard = z.object({ version: z.string(), tools: z.array(z.string()), text: z.string() });

/** @param authority path of the certificate that it is to trust */
export const pythonSdk =
  (sdk: PythonSdk, interpreter: string, authority: string): Traveller =>
  async ({ transport, url, token, era, tool, signal }) => {
    const knock = async (): Promise<string> => withTicket(url, await ticketFor(url, { token, signal }));
    const entrance = transport === 'WebSocket' && era === 'legacy' ? await knock() : url;
    const errand = { transport, url: entrance, token, revision: revisions[era], tool };
    const child = spawn(interpreter, ['-W', 'ignore', scripts[sdk]], {
      env: { ...process.env, SSL_CERT_FILE: authority },
      signal,
      killSignal: 'SIGKILL',
    });
    const exited = once(child, 'exit');
    // One that ended without reading says so on its standard error.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(errand));
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    if (code !== 0) throw new Error(`it exited with code ${code}: ${err}`);
    return heard.parse(JSON.parse(out));
  };
