/** Tools of the stateless era that need something from the client before they can answer. */
import {
  acceptedContent,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { declaredIn } from './capabilities.ts';
import { described, says, text } from './content.ts';

const name = z.object({ name: z.string() });
const ok = z.object({ ok: z.boolean() });
const color = z.object({ color: z.string() });

const elicit = (message: string, requestedSchema: typeof name | typeof ok | typeof color) =>
  inputRequired.elicit({ message, requestedSchema });

const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(question) }], maxTokens });

type States = RequestStateCodec<{ step: string }>;

export function addInputTools(mcp: McpServer, states: States): void {
  addSingle(mcp);
  addWithState(mcp, states);
}

function addSingle(mcp: McpServer): void {
  for (const tool of ['test_input_required_result_elicitation', 'test_streaming_elicitation'])
    mcp.registerTool(tool, described, ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', name);
      if (given !== undefined) return says(`Hello, ${given.name}!`);
      return inputRequired({ inputRequests: { user_name: elicit('What is your name?', name) } });
    });
  mcp.registerTool('test_input_required_result_sampling', described, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (given.kind === 'sampling') return says(JSON.stringify(given));
    return inputRequired({
      inputRequests: { capital_question: sample('What is the capital of France?', 100) },
    });
  });
  mcp.registerTool('test_input_required_result_list_roots', described, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (given.kind === 'roots') return says(JSON.stringify(given.roots));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  // It asks for what the client has not declared; the SDK refuses that.
  mcp.registerTool('test_missing_capability', described, ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return says('The client can sample.');
    return inputRequired({ inputRequests: { question: sample('How are you?', 50) } });
  });
  mcp.registerTool('test_input_required_result_capabilities', described, ({ mcpReq }) => {
    const declared = declaredIn(mcpReq.envelope) ?? {};
    if (mcpReq.inputResponses !== undefined) return says('Thank you.');
    const inputRequests = {
      ...(declared.sampling !== undefined && { question: sample('How are you?', 50) }),
      ...(declared.elicitation !== undefined && { user_name: elicit('What is your name?', name) }),
    };
    return Object.keys(inputRequests).length > 0
      ? inputRequired({ inputRequests })
      : says('Nothing to ask with.');
  });
}

function addWithState(mcp: McpServer, states: States): void {
  for (const tool of [
    'test_input_required_result_request_state',
    'test_input_required_result_tampered_state',
  ])
    mcp.registerTool(tool, described, async ({ mcpReq }) => {
      if (mcpReq.requestState<{ step: string }>()?.step === 'confirm') return says('state-ok');
      const requestState = await states.mint({ step: 'confirm' });
      return inputRequired({ inputRequests: { confirm: elicit('Please confirm', ok) }, requestState });
    });
  mcp.registerTool('test_input_required_result_multiple_inputs', described, async ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', name);
    if (given !== undefined) return says(`Hello, ${given.name}.`);
    const inputRequests = {
      user_name: elicit('What is your name?', name),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    return inputRequired({ inputRequests, requestState: await states.mint({ step: 'asked' }) });
  });
  mcp.registerTool('test_input_required_result_multi_round', described, async ({ mcpReq }) => {
    const step = mcpReq.requestState<{ step: string }>()?.step;
    if (step === 'two') return says('Both steps are done.');
    const [next, question] =
      step === 'one'
        ? (['two', { step2: elicit('Step 2: What is your favorite color?', color) }] as const)
        : (['one', { step1: elicit('Step 1: What is your name?', name) }] as const);
    return inputRequired({ inputRequests: question, requestState: await states.mint({ step: next }) });
  });
}
