/** The matrix of MCP clients: which cells there are, which of them cannot be and why, and how it is written down. */
export const clients = ['SDK v1', 'SDK v2', 'Python SDK v1', 'Python SDK v2', 'raw', 'browser'] as const;
export const applications = ['weather', 'server-everything', 'container'] as const;
export const transports = ['WebSocket', 'Streamable HTTP'] as const;
export const eras = ['legacy', 'stateless'] as const;

export type ClientName = (typeof clients)[number];
export type ApplicationName = (typeof applications)[number];
export type TransportName = (typeof transports)[number];
export type Era = (typeof eras)[number];

export interface Cell {
  readonly client: ClientName;
  readonly application: ApplicationName;
  readonly transport: TransportName;
  readonly era: Era;
}

export const cells: readonly Cell[] = applications.flatMap((application) =>
  transports.flatMap((transport) =>
    eras.flatMap((era) => clients.map((client) => ({ client, application, transport, era }))),
  ),
);

export interface Impossibility {
  readonly reason: string;
  /** What comes of an attempt. */
  readonly says: RegExp;
}

/** Why this combination cannot work. Undefined: it has to. */
export function impossibilityOf({ client, application, transport, era }: Cell): Impossibility | undefined {
  if (client === 'Python SDK v2' && transport === 'WebSocket')
    return { reason: 'client has no WebSocket transport', says: /No module named 'mcp.client.websocket'/ };
  if (era === 'legacy') return undefined;
  if (client === 'SDK v1' || client === 'Python SDK v1')
    return { reason: 'client knows no stateless era', says: /knows 2025-11-25 and older/ };
  if (application === 'server-everything')
    return { reason: 'server knows no stateless era', says: /-32601|2026-07-28|legacy revisions only/ };
  return undefined;
}

/** A cell that works. */
const tick = '✓';

/** What is expected of a cell, in one phrase. */
export const expectedOf = (cell: Cell): string => impossibilityOf(cell)?.reason ?? tick;

export const columns = ['application', 'transport', 'era', ...clients];

/** A row for each application, transport and era, and in it a phrase for each client. */
export function rowsOf(outcomeOf: (cell: Cell) => string): string[][] {
  const rows = Map.groupBy(cells, ({ application, transport, era }) => [application, transport, era].join());
  return [...rows.values()].map((row) => [
    ...row.slice(0, 1).flatMap(({ application, transport, era }) => [application, transport, era]),
    ...row.map(outcomeOf),
  ]);
}

/** Lines, in Markdown. */
export function written(rows: readonly (readonly string[])[]): string[] {
  const all = [columns, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
