/** The pages of the sign-in: plain HTML forms without scripts, in one style, locked down by their headers. */
import { hash } from 'node:crypto';

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; }
main { box-sizing: border-box; width: min(24rem, 100%); padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
label { display: block; margin-top: 1rem; }
input { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
button { margin: 1.5rem .5rem 0 0; padding: .6rem 1.2rem; font: inherit; cursor: pointer; }
[role=alert] { border-left: .3rem solid #c62828; margin: 0; padding: .2rem .8rem; }
code { overflow-wrap: anywhere; }
`;

const styleSource = `'sha256-${hash('sha256', style, 'base64')}'`;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

export interface LoginView {
  readonly client: string;
  /** What went wrong with the last attempt. */
  readonly problem?: string | undefined;
  readonly name?: string | undefined;
  /** Where the form may lead in the end. */
  readonly redirectUri: string;
}

export function loginPage({ client, problem, name = '', redirectUri }: LoginView): Page {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${escape(problem)}</p>`;
  const described = problem === undefined ? '' : ' aria-describedby="problem"';
  return page({
    title: `Sign in to ${client}`,
    redirectUri,
    body: `${alert}<form method="post">
<label for="name">User name</label>
<input id="name" name="name" value="${escape(name)}" autocomplete="username" autocapitalize="none" required${described}${name ? '' : ' autofocus'}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}${name ? ' autofocus' : ''}>
<button name="action" value="login">Sign in</button>
<button name="action" value="deny" formnovalidate>Cancel</button>
</form>`,
  });
}

export interface ConsentView {
  readonly client: string;
  readonly user: string;
  /** What is asked for, as the client asked. */
  readonly scopes: readonly string[];
  readonly redirectUri: string;
}

const meanings: Readonly<Record<string, string>> = {
  openid: 'your user name',
  offline_access: 'access also while you are away',
};

export function consentPage({ client, user, scopes, redirectUri }: ConsentView): Page {
  const items = scopes
    .map((scope) => `<li>${meanings[scope] ?? `<code>${escape(scope)}</code>`}</li>`)
    .join('');
  return page({
    title: `Allow ${client}?`,
    redirectUri,
    body: `<p><strong>${escape(client)}</strong> wants to act for you, <strong>${escape(user)}</strong>, with:</p>
<ul>${items}</ul>
<form method="post">
<button name="action" value="allow">Allow</button>
<button name="action" value="deny">Deny</button>
</form>`,
  });
}

export const errorPage = (message: string): Page =>
  page({ title: 'Sign-in failed', body: `<p role="alert">${escape(message)}</p>` });

interface Parts {
  readonly title: string;
  readonly body: string;
  readonly redirectUri?: string;
}

function page({ title, body, redirectUri }: Parts): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Mooring</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`;
  return { html, headers: headersOf(redirectUri) };
}

function headersOf(redirectUri: string | undefined): Record<string, string> {
  // Browsers apply form-action to the redirects behind a form as well.
  const targets = redirectUri === undefined ? "'none'" : `'self' ${sourceOf(redirectUri)}`;
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${styleSource}; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

function sourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}
