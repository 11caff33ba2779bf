/** `mooring mcp bridge <app> [path]`: a hosted MCP server as a local one, for hosts that know stdio or HTTP only. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { requireTokens, urlOf } from '../../access.ts';
import { findApplication } from '../../application.ts';
import { printNote, printResult } from '../../output/print.ts';
import { integer } from '../../option.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

/** Where --http listens unless it is told a port. */
const defaultPort = 7333;

const help = `
Standard input and output speak MCP until the input ends; what there is to say stands on standard error. With --http
it listens on 127.0.0.1 until it is interrupted. Tokens are got and replaced by themselves. A connection that ends
comes back; a request that may have been carried out meanwhile is answered with an error, never repeated.

Examples:
  mooring mcp bridge weather
  mooring mcp bridge weather --http 7333`;

export function addMcpBridge(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('bridge')
    .description('a hosted MCP server as a local one, on standard input and output')
    .argument('<app>', 'name or id of the application')
    .argument('[path]', 'where it speaks MCP over WebSocket (default: /ws)')
    .option(
      '--http [port]',
      `over Streamable HTTP on 127.0.0.1 instead (default port: ${defaultPort})`,
      integer(0, 65_535),
    )
    .addHelpText('after', help)
    .action(async (named, path, { http }) => {
      const { bridgeHttp, bridgeStreams } = await import('@mooring/mcp-websocket/relay');
      const { lasting } = await import('../../mcp/lasting.ts');
      const { defaultPath, translate } = await import('../../mcp/open.ts');
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      requireTokens(id);
      const { signal } = session;
      const tell = (line: string): void => printNote(cli, `mooring: ${line}`);
      const report = (error: Error): void => tell(error.message);
      const open = () => lasting(session, { applicationId: id, path, tell });
      if (http === undefined) {
        const streams = { input: cli.stdin, output: cli.stdout };
        await bridgeStreams(streams, { open, report, signal }).catch((error: unknown) => {
          throw translate(error, urlOf(session, id, { kind: 'ws', path: path ?? defaultPath }));
        });
        return;
      }
      await using bridge = await bridgeHttp(http === true ? defaultPort : http, { open, report, signal });
      printResult(cli, { url: bridge.url }, () => [bridge.url]);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
}
