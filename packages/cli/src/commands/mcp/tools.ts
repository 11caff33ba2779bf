/** `mooring mcp tools <app> [path]`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { findApplication } from '../../application.ts';
import { printResult } from '../../output/print.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addMcpTools(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('tools')
    .description('list the tools of a hosted MCP server')
    .argument('<app>', 'name or id of the application')
    .argument('[path]', 'where it speaks MCP over WebSocket (default: /ws)')
    .addHelpText('after', '\nExample:\n  mooring mcp tools weather')
    .action(async (named, path) => {
      const { openMcp } = await import('../../mcp/open.ts');
      const { usageOf } = await import('../../mcp/arguments.ts');
      using session = await openSession(cli);
      const { id } = await findApplication(session, named);
      await using mcp = await openMcp(session, { applicationId: id, path });
      const { tools } = await mcp.client.listTools({}, { signal: session.signal });
      printResult(cli, tools, () =>
        tools.flatMap(({ name, description = '', inputSchema }) => [
          name,
          ...description.split('\n').map((line) => `  ${line}`),
          `  ${usageOf(name, inputSchema)}`,
        ]),
      );
    });
}
