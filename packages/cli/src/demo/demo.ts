/** The demonstration: the example deployed, called once as an MCP client, and what to do next. */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { RunningServer } from '@mooring/server';
import { paint, printNote } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { sessionOf } from '../session.ts';
import type { Cli } from '../terminal.ts';
import type { Direction } from '../mcp/traced.ts';
import { converse, messageLine } from './exchange.ts';
import { printReady } from './ready.ts';
import { ensureWeather } from './weather.ts';

/** Throws when a step fails. */
export async function runDemo(cli: Cli, server: RunningServer, { stays }: { stays: boolean }): Promise<void> {
  using session = sessionOf(server.profile, cli.interrupted);
  const applicationId = await ensureWeather(cli, session, server.firstPass);
  if (applicationId === undefined) {
    printNote(cli, 'There are applications, but no weather among them: nothing is called.');
    return printReady(cli, { server, stays });
  }
  printNote(cli, 'Calling weather over wss as an MCP client:');
  const exchange: { direction: Direction; message: JSONRPCMessage }[] = [];
  await converse(session, applicationId, (direction, message) => {
    exchange.push({ direction, message });
    if (!cli.shared().json) show(cli, direction, message);
  });
  printReady(cli, { server, stays, applicationId, extra: { exchange } });
}

function show(cli: Cli, direction: Direction, message: JSONRPCMessage): void {
  const colour = paint(cli, 'stdout', direction === 'sent' ? 'cyan' : 'dim');
  cli.stdout.write(`${colour(printable(messageLine(direction, message)))}\n`);
}
