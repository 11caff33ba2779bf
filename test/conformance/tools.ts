/** Tools that answer, report, log and ask. */
import { setTimeout as pause } from 'node:timers/promises';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { audio, described, image, says, text } from './content.ts';
import type { Changes } from './server.ts';

/** Milliseconds between two things that a client must see apart. */
const beat = 50;

export function addTools(mcp: McpServer, changes: Changes | undefined): void {
  addAnswers(mcp);
  addReports(mcp);
  addQuestions(mcp);
  addChanges(mcp, changes);
}

function addAnswers(mcp: McpServer): void {
  mcp.registerTool('test_simple_text', described, () => says('This is a simple text response for testing.'));
  mcp.registerTool('test_image_content', described, () => ({ content: [image] }));
  mcp.registerTool('test_audio_content', described, () => ({ content: [audio] }));
  const embedded = {
    uri: 'test://embedded-resource',
    mimeType: 'text/plain',
    text: 'This is an embedded resource content.',
  };
  mcp.registerTool('test_embedded_resource', described, () => ({
    content: [{ type: 'resource', resource: embedded }],
  }));
  const mixed = {
    uri: 'test://mixed-content-resource',
    mimeType: 'application/json',
    text: JSON.stringify({ test: 'data', value: 123 }),
  };
  mcp.registerTool('test_multiple_content_types', described, () => ({
    content: [text('Multiple content types test:'), image, { type: 'resource', resource: mixed }],
  }));
  mcp.registerTool('test_error_handling', described, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
}

function addReports(mcp: McpServer): void {
  const log = async ({ mcpReq }: ServerContext, ...lines: string[]): Promise<void> => {
    for (const line of lines) {
      await mcpReq.log('info', line);
      await pause(beat);
    }
  };
  mcp.registerTool('test_tool_with_logging', described, async (context) => {
    await log(context, 'Tool execution started', 'Tool processing data', 'Tool execution completed');
    return says('Logged three times.');
  });
  mcp.registerTool('test_logging_tool', described, async (context) => {
    await log(context, 'Only for those who asked');
    return says('Logged once.');
  });
  mcp.registerTool('test_tool_with_progress', described, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken: progressToken ?? 0, progress, total: 100 };
      if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params });
      await pause(beat);
    }
    return says('Done.');
  });
}

function addQuestions(mcp: McpServer): void {
  mcp.registerTool(
    'test_sampling',
    { ...described, inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      const { content } = await context.mcpReq.requestSampling({
        messages: [{ role: 'user', content: text(prompt) }],
        maxTokens: 100,
      });
      return says(`LLM response: ${JSON.stringify(content)}`);
    },
  );
  const person = {
    type: 'object' as const,
    properties: {
      username: { type: 'string' as const, description: "User's response" },
      email: { type: 'string' as const, description: "User's email address" },
    },
    required: ['username', 'email'],
  };
  const inputSchema = z.object({ message: z.string() });
  mcp.registerTool('test_elicitation', { ...described, inputSchema }, async ({ message }, { mcpReq }) => {
    const { action, content } = await mcpReq.elicitInput({ message, requestedSchema: person });
    return says(`User response: action=${action}, content=${JSON.stringify(content)}`);
  });
  for (const [name, properties] of [
    ['test_elicitation_sep1034_defaults', withDefaults],
    ['test_elicitation_sep1330_enums', enums],
  ] as const)
    mcp.registerTool(name, described, async ({ mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({
        message: 'Please fill this in',
        requestedSchema: { type: 'object', properties },
      });
      return says(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
    });
}

const withDefaults = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
} as const;

const titled = (...titles: string[]) => titles.map((title, index) => ({ const: `value${index + 1}`, title }));

const enums = {
  untitledSingle: { type: 'string' as const, enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string' as const, oneOf: titled('First Option', 'Second Option', 'Third Option') },
  legacyEnum: {
    type: 'string' as const,
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array' as const,
    items: { type: 'string' as const, enum: ['option1', 'option2', 'option3'] },
  },
  titledMulti: {
    type: 'array' as const,
    items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') },
  },
};

function addChanges(mcp: McpServer, changes: Changes | undefined): void {
  mcp.registerTool('test_trigger_tool_change', described, () => {
    if (changes === undefined) mcp.sendToolListChanged();
    else changes.toolsChanged();
    return says('The list of tools has changed.');
  });
  mcp.registerTool('test_trigger_prompt_change', described, () => {
    if (changes === undefined) mcp.sendPromptListChanged();
    else changes.promptsChanged();
    return says('The list of prompts has changed.');
  });
}
