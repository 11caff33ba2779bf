/** Prompts, with arguments, with content of every kind, and one that asks back. */
import { acceptedContent, completable, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { described, image, text } from './content.ts';

const user = <Content>(content: Content) => ({ role: 'user' as const, content });

export function addPrompts(mcp: McpServer): void {
  mcp.registerPrompt('test_simple_prompt', described, () => ({
    messages: [user(text('This is a simple prompt for testing.'))],
  }));
  const argument = completable(z.string(), (value) =>
    ['paris', 'park', 'party'].filter((word) => word.startsWith(value)),
  );
  mcp.registerPrompt(
    'test_prompt_with_arguments',
    { ...described, argsSchema: z.object({ arg1: argument, arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  );
  mcp.registerPrompt(
    'test_prompt_with_embedded_resource',
    { ...described, argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        user({
          type: 'resource' as const,
          resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        }),
        user(text('Please process the embedded resource above.')),
      ],
    }),
  );
  mcp.registerPrompt('test_prompt_with_image', described, () => ({
    messages: [user(image), user(text('Please analyze the image above.'))],
  }));
  const wanted = z.object({ context: z.string() });
  mcp.registerPrompt('test_input_required_result_prompt', described, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', wanted);
    if (given !== undefined) return { messages: [user(text(`In the context of ${given.context}.`))] };
    const message = 'What context should the prompt use?';
    return inputRequired({
      inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema: wanted }) },
    });
  });
}
