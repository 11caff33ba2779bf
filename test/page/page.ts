/** What the page of a test can do: sign in by authorization code + PKCE, and talk to a hosted MCP server. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { keepConnected, renewToken, type Fate, type RequestId } from '@mooring/client';
import * as oauth from 'openid-client';

interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

const configure = ({ issuer, clientId }: SignIn): Promise<oauth.Configuration> =>
  oauth.discovery(new URL(issuer), clientId, undefined, oauth.None());

/** Where to send the person, and what is needed when they come back. */
async function begin(
  signIn: SignIn & { readonly scope: string },
): Promise<{ url: string; verifier: string; state: string }> {
  const configuration = await configure(signIn);
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(configuration, {
    redirect_uri: signIn.redirectUri,
    scope: signIn.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { url: url.href, verifier, state };
}

interface Return {
  /** Where the person came back to. */
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
}

/** The access token. */
async function finish(signIn: SignIn, { url, verifier, state }: Return): Promise<string> {
  const answer = await oauth.authorizationCodeGrant(await configure(signIn), new URL(url), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  return answer.access_token;
}

interface Talk {
  /** Of the MCP server. */
  readonly url: string;
  readonly token: string;
  readonly tokenBy: 'ticket' | 'subprotocol';
  readonly call: { readonly name: string; readonly arguments: object };
}

/** Lists the tools and calls one; hands in its token once more where the connection has a name. */
async function talk({ url, token, tokenBy, call }: Talk): Promise<unknown> {
  const states: string[] = [];
  await using connection = await keepConnected(url, {
    token: async () => token,
    tokenBy,
    subprotocols: ['mcp'],
    onState: ({ kind }) => states.push(kind),
  });
  const opened = connection.state;
  const ask = async (id: RequestId, method: string, params: object): Promise<unknown> =>
    answerOf(await connection.request(JSON.stringify({ jsonrpc: '2.0', id, method, params }), id));
  await ask(1, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'page', version: '1' },
  });
  await connection.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  const tools = await ask(2, 'tools/list', {});
  if (opened.kind === 'open' && opened.connectionId !== undefined)
    await renewToken(url, opened.connectionId, { token, signal: AbortSignal.timeout(10_000) });
  const called = await ask(3, 'tools/call', call);
  return { opened, tools, called, states };
}

/** Asks an application which cookies its WebSocket handshake came with; hands in its token once more. */
async function whoAmI({ url, token, tokenBy }: Omit<Talk, 'call'>): Promise<unknown> {
  await using connection = await keepConnected(url, { token: async () => token, tokenBy });
  const opened = connection.state;
  if (opened.kind === 'open' && opened.connectionId !== undefined)
    await renewToken(url, opened.connectionId, { token, signal: AbortSignal.timeout(10_000) });
  return answerOf(await connection.request('{"jsonrpc":"2.0","id":1,"method":"who"}', 1));
}

function answerOf(fate: Fate): unknown {
  if (fate.fate !== 'answered') throw new Error(`${fate.fate}: ${fate.cause}`);
  const { result } = JSON.parse(String(fate.answer));
  return result;
}

/** The same over Streamable HTTP, with the MCP SDK's own client. */
async function talkOverHttp({ url, token, call }: Omit<Talk, 'tokenBy'>): Promise<unknown> {
  const client = new Client({ name: 'page', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  const tools = await client.listTools();
  const called = await client.callTool({ ...call, arguments: { ...call.arguments } });
  await client.close();
  return { tools, called };
}

Object.assign(globalThis, { begin, finish, talk, talkOverHttp, whoAmI });
