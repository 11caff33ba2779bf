/** Resources: a text, a picture, a template, and one that can be watched. */
import { ProtocolError, ResourceTemplate, type McpServer } from '@modelcontextprotocol/server';
import { png } from './content.ts';

export function addResources(mcp: McpServer): void {
  const plain = { mimeType: 'text/plain' };
  mcp.registerResource('static text', 'test://static-text', plain, ({ href: uri }) => ({
    contents: [{ uri, ...plain, text: 'This is the content of the static text resource.' }],
  }));
  mcp.registerResource(
    'static binary',
    'test://static-binary',
    { mimeType: 'image/png' },
    ({ href: uri }) => ({
      contents: [{ uri, mimeType: 'image/png', blob: png }],
    }),
  );
  mcp.registerResource('watched', 'test://watched-resource', plain, ({ href: uri }) => ({
    contents: [{ uri, ...plain, text: 'Watched.' }],
  }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  const json = { mimeType: 'application/json' };
  mcp.registerResource('template', template, json, ({ href: uri }, { id }) => ({
    contents: [
      { uri, ...json, text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }) },
    ],
  }));
  addSubscriptions(mcp);
}

/** In the legacy era; the other one has subscriptions/listen, which the SDK does. */
function addSubscriptions({ server }: McpServer): void {
  const watched = new Set<string>();
  const isLegacy = (): void => {
    if (server.getNegotiatedProtocolVersion() === '2026-07-28')
      throw new ProtocolError(-32601, 'Method not found');
  };
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    isLegacy();
    watched.add(params.uri);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    isLegacy();
    watched.delete(params.uri);
    return {};
  });
}
