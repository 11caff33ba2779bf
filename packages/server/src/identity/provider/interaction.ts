/**
 * The sign-in: shows and takes the login and consent forms of an authorization request. Bound to one browser
 * by oidc-provider's signed, path-bound SameSite cookie, which another site cannot make it send with a POST.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '@mooring/contract';
import type { errors as Errors, Interaction, Provider } from 'oidc-provider';
import { managementAudience } from '../management.ts';
import type { IdentityStore } from '../store-port.ts';
import type { Attempts } from './attempts.ts';
import { readForm } from './form.ts';
import { consentPage, errorPage, loginPage, type Page } from './page.ts';
import { matchesPassword } from './password.ts';

export interface InteractionOptions {
  readonly provider: Provider;
  readonly errors: typeof Errors;
  readonly store: IdentityStore;
  readonly attempts: Attempts;
}

interface Exchange extends InteractionOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly interaction: Interaction;
}

/** Longest user name and password that are looked at. */
const maxLength = 1024;

/** Answers a request for `/interaction/{uid}`. */
export async function interact(
  uid: string,
  http: { readonly request: IncomingMessage; readonly response: ServerResponse },
  options: InteractionOptions,
): Promise<void> {
  const { request, response } = http;
  const interaction = await findInteraction(uid, http, options);
  if (!interaction)
    return send(
      response,
      400,
      errorPage('This sign-in is no longer valid. Go back to the application and begin again.'),
    );
  const exchange = { ...options, request, response, interaction };
  if (request.method === 'GET') return show(exchange);
  if (request.method === 'POST') return submit(exchange);
  throw new Problem('MethodNotAllowed', 'Use GET or POST.', { headers: { allow: 'GET, POST' } });
}

async function findInteraction(
  uid: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { provider, errors }: InteractionOptions,
): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(request, response);
    return interaction.uid === uid ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

async function show(exchange: Exchange): Promise<void> {
  const { response, interaction } = exchange;
  const client = await clientName(exchange);
  const redirectUri = redirectOf(interaction);
  if (interaction.prompt.name === 'login') return send(response, 200, loginPage({ client, redirectUri }));
  const user = interaction.session?.accountId ?? '';
  const scopes = paramOf(interaction, 'scope').split(' ');
  const account = await exchange.store.users.get(user);
  if (asksForManagement(scopes) && account?.role === undefined)
    return send(response, 403, errorPage(noRole(user)));
  return send(response, 200, consentPage({ client, user, scopes, redirectUri, role: account?.role }));
}

const asksForManagement = (scopes: readonly string[]): boolean =>
  scopes.some((scope) => scope.startsWith(managementAudience));

const noRole = (user: string): string =>
  `The user ${user} may not manage this server. An administrator can change that with: mooring users create ${user} --role operator`;

async function submit(exchange: Exchange): Promise<void> {
  const form = await readForm(exchange.request);
  const action = form.get('action');
  const prompt = exchange.interaction.prompt.name;
  if (action === 'deny')
    return finish(exchange, { error: 'access_denied', error_description: 'the user refused' });
  if (action === 'login' && prompt === 'login') return login(exchange, form);
  if (action === 'allow' && prompt === 'consent') return consent(exchange);
  throw new Problem('InvalidParameter', 'The form does not belong to this step. Go back and begin again.');
}

async function login(exchange: Exchange, form: URLSearchParams): Promise<void> {
  const { attempts, store } = exchange;
  const name = (form.get('name') ?? '').trim();
  const password = form.get('password') ?? '';
  const wait = attempts.wait(name);
  if (wait > 0)
    return refuse(exchange, {
      status: 429,
      name,
      problem: `Too many attempts. Try again in ${wait} s.`,
      wait,
    });
  attempts.begin(name);
  const short = name.length <= maxLength && password.length <= maxLength;
  const user = short ? await store.users.get(name) : undefined;
  const good = await matchesPassword(short ? password : '', user?.passwordHash);
  if (!user || !good)
    return refuse(exchange, { status: 403, name, problem: 'The user name or the password is wrong.' });
  attempts.succeeded(name);
  return finish(exchange, { login: { accountId: user.name, amr: ['pwd'] } });
}

interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly problem: string;
  /** Seconds. */
  readonly wait?: number;
}

async function refuse(exchange: Exchange, { status, name, problem, wait }: Refusal): Promise<void> {
  if (wait !== undefined) exchange.response.setHeader('retry-after', wait);
  const redirectUri = redirectOf(exchange.interaction);
  const shown = name.length <= maxLength ? name : '';
  send(
    exchange.response,
    status,
    loginPage({ client: await clientName(exchange), name: shown, problem, redirectUri }),
  );
}

async function consent(exchange: Exchange): Promise<void> {
  const { provider, interaction } = exchange;
  const { grantId, session, prompt } = interaction;
  const clientId = paramOf(interaction, 'client_id');
  const earlier = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = earlier ?? new provider.Grant({ accountId: session?.accountId, clientId });
  const { missingOIDCScope, missingResourceScopes } = prompt.details as MissingConsent;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(' '));
  return finish(exchange, { consent: { grantId: await grant.save() } });
}

/** What oidc-provider's consent policy puts into the details of its prompt. */
interface MissingConsent {
  readonly missingOIDCScope?: string[];
  readonly missingResourceScopes?: Record<string, string[]>;
}

function finish({ provider, request, response }: Exchange, result: Record<string, unknown>): Promise<void> {
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function clientName({ provider, interaction }: Exchange): Promise<string> {
  const clientId = paramOf(interaction, 'client_id');
  return (await provider.Client.find(clientId))?.clientName ?? clientId;
}

function paramOf(interaction: Interaction, name: string): string {
  const value = interaction.params[name];
  return typeof value === 'string' ? value : '';
}

const redirectOf = (interaction: Interaction): string | undefined =>
  paramOf(interaction, 'redirect_uri') || undefined;

function send(response: ServerResponse, status: number, page: Page): void {
  response.writeHead(status, page.headers).end(page.html);
}
