/** The content of a tool's answer as lines of text. */
import type { CallToolResult } from '@modelcontextprotocol/client';

type Content = CallToolResult['content'][number];

/** Texts as they are; of everything else what it is and how much. */
export function contentLines(content: readonly Content[]): string[] {
  return content.flatMap((part) => linesOf(part));
}

function linesOf(part: Content): string[] {
  switch (part.type) {
    case 'text':
      return part.text.split('\n');
    case 'image':
    case 'audio':
      return [`<${part.type} ${part.mimeType}, ${Math.floor(part.data.length * 0.75)} bytes; see --json>`];
    case 'resource_link':
      return [`<resource ${part.uri}>`];
    default:
      return 'text' in part.resource
        ? part.resource.text.split('\n')
        : [`<resource ${part.resource.uri}; see --json>`];
  }
}
