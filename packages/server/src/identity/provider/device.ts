/** The pages of the device flow (RFC 8628): the code is typed, compared, and then the usual sign-in follows. */
import type { IncomingMessage } from 'node:http';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Attempts } from './attempts.ts';
import { deviceConfirmPage, deviceDonePage, deviceInputPage, type Page } from './page.ts';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

/** Codes that came with the link: shown in the field, sent by the person (oidc-provider would send them by script). */
export const codesOfLinks = new WeakMap<IncomingMessage, string>();

export function deviceFlow(attempts: Attempts): DeviceFlow {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    async userCodeInputSource(context, form, _output, error) {
      if (error?.name === 'NotFoundError') attempts.begin(codeOf(error));
      const code = codeOf(error) || (codesOfLinks.get(context.req) ?? '');
      show(context, deviceInputPage({ xsrf: xsrfOf(form), code, problem: error && problemOf(error) }));
    },
    async userCodeConfirmSource(context, form, client, _device, code) {
      const name = client.clientName ?? client.clientId;
      show(context, deviceConfirmPage({ xsrf: xsrfOf(form), code, client: name }));
    },
    async successSource(context) {
      show(context, deviceDonePage());
    },
  };
}

const xsrfOf = (form: string): string => /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';

const problems: Readonly<Record<string, string>> = {
  NotFoundError: 'There is no such code. Look at it once more.',
  ExpiredError: 'This code has expired. Begin again at the device.',
  AlreadyUsedError: 'This code has been used already. Begin again at the device.',
  AbortedError: 'The sign-in was cancelled.',
  NoCodeError: 'Type the code that the device shows.',
};

const problemOf = (error: Error): string => problems[error.constructor.name] ?? 'Begin again at the device.';

/** Answers with a page. */
export function show(context: Pick<KoaContextWithOIDC, 'type' | 'set' | 'body'>, page: Page): void {
  context.type = 'html';
  context.set(page.headers);
  context.body = page.html;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'userCode' in error && typeof error.userCode === 'string' ? error.userCode : '';
