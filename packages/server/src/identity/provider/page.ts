/** The pages of the sign-in: plain HTML forms without scripts, in one style, locked down by their headers. */
import { hash } from 'node:crypto';
import type { Role } from '@mooring/contract';
import { managementScope } from '../management.ts';

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
strong code { white-space: nowrap; }
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
  /** Where the form may lead in the end; undefined: nowhere else. */
  readonly redirectUri: string | undefined;
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
  readonly redirectUri: string | undefined;
  /** What the user may do here; only where management is asked for. */
  readonly role?: Role | undefined;
}

const meanings: Readonly<Record<string, string>> = {
  openid: 'your user name',
  offline_access: 'access also while you are away',
};

export function consentPage({ client, user, scopes, redirectUri, role }: ConsentView): Page {
  const known: Readonly<Record<string, string>> =
    role === undefined
      ? meanings
      : { ...meanings, [managementScope('admin')]: `management of this server (${role})` };
  const items = scopes.map((scope) => `<li>${known[scope] ?? `<code>${escape(scope)}</code>`}</li>`).join('');
  // A client may call itself what it likes; where the answer goes is what tells one from another.
  const target =
    redirectUri === undefined
      ? ''
      : `<p>The answer goes to <code>${escape(sourceOf(redirectUri))}</code>.</p>`;
  return page({
    title: `Allow ${client}?`,
    redirectUri,
    body: `<p><strong>${escape(client)}</strong> wants to act for you, <strong>${escape(user)}</strong>, with:</p>
<ul>${items}</ul>
${target}
<form method="post">
<button name="action" value="allow">Allow</button>
<button name="action" value="deny">Deny</button>
</form>`,
  });
}

export interface DeviceView {
  readonly xsrf: string;
  readonly code: string;
}

export function deviceInputPage({ xsrf, code, problem }: DeviceView & { problem: string | undefined }): Page {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${escape(problem)}</p>`;
  const described = problem === undefined ? '' : ' aria-describedby="problem"';
  return page({
    title: 'Sign in on a device',
    redirectUri: undefined,
    body: `${alert}<form method="post" action="device">
<input type="hidden" name="xsrf" value="${escape(xsrf)}">
<label for="code">Code that the device shows</label>
<input id="code" name="user_code" value="${escape(code)}" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus${described}>
<button>Continue</button>
</form>`,
  });
}

export function deviceConfirmPage({ xsrf, code, client }: DeviceView & { client: string }): Page {
  return page({
    title: `Sign in to ${client}?`,
    redirectUri: undefined,
    body: `<p>The device must show this code: <strong><code>${escape(code)}</code></strong></p>
<p>Continue only if you began this sign-in yourself.</p>
<form method="post" action="device">
<input type="hidden" name="xsrf" value="${escape(xsrf)}">
<input type="hidden" name="user_code" value="${escape(code)}">
<button name="confirm" value="yes">Continue</button>
<button name="abort" value="yes">Cancel</button>
</form>`,
  });
}

export const deviceDonePage = (): Page =>
  page({
    title: 'Signed in',
    body: '<p role="status">You can close this page and go back to the device.</p>',
  });

export const errorPage = (message: string): Page =>
  page({ title: 'Sign-in failed', body: `<p role="alert">${escape(message)}</p>` });

interface Parts {
  readonly title: string;
  readonly body: string;
  /** Absent: there is no form. Undefined: it leads nowhere else. */
  readonly redirectUri?: string | undefined;
}

function page({ title, body, ...form }: Parts): Page {
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
  return { html, headers: headersOf(form) };
}

function headersOf(form: Pick<Parts, 'redirectUri'>): Record<string, string> {
  // Browsers apply form-action to the redirects behind a form as well.
  const away = form.redirectUri === undefined ? '' : ` ${sourceOf(form.redirectUri)}`;
  const targets = 'redirectUri' in form ? `'self'${away}` : "'none'";
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
