import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { Problem, type CreatedOAuthClient } from '@mooring/contract';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { managementScope } from '../management.ts';
import { openTestDomain, weather, type TestDomain } from './domain.fixture.ts';

let opened: TestDomain;
let client: CreatedOAuthClient;

before(async () => {
  opened = await openTestDomain({ tokenLifetime: 900 });
  client = await opened.domain.createClient({ name: 'tester', applicationId: 'w' });
});
after(() => opened[Symbol.asyncDispose]());

interface TokenAnswer {
  readonly status: number;
  readonly access_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly error: string;
}

interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function ask(fields: Record<string, string>, credential: Credential = client): Promise<TokenAnswer> {
  const { clientId, clientSecret } = credential;
  const body = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...fields,
  };
  return post(new URLSearchParams(body));
}

async function post(body: URLSearchParams, headers: Record<string, string> = {}): Promise<TokenAnswer> {
  const response = await fetch(opened.domain.tokenUrl, { method: 'POST', body, headers });
  return { ...((await response.json()) as TokenAnswer), status: response.status };
}

describe('client credentials', () => {
  test('by client_secret_post give a token that the verifier accepts', async () => {
    const answer = await ask({ scope: 'weatherinvoke' });
    assert.equal(answer.status, 200);
    assert.equal(answer.expires_in, 900);
    assert.equal(answer.scope, 'weatherinvoke');
    const { alg, typ } = decodeProtectedHeader(answer.access_token);
    assert.deepEqual([alg, typ], ['RS256', 'at+jwt']);
    const principal = await opened.verify(answer.access_token, { audience: 'weather', scope: 'invoke' });
    assert.equal(principal.clientId, client.clientId);
    assert.equal(principal.subject, client.clientId);
    assert.equal(principal.scope, 'invoke');
  });

  test('by client_secret_basic serve the same client', async () => {
    const credential = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'weatherinvoke' });
    const answer = await post(body, { authorization: `Basic ${credential}` });
    assert.ok(await opened.verify(answer.access_token, { audience: 'weather', scope: 'invoke' }));
  });

  test('without a scope ask for the one that the client is for', async () => {
    assert.equal(decodeJwt(await token({})).scope, 'invoke');
  });

  const refusals: [string, Record<string, string>, number, string][] = [
    ['a wrong secret', { client_secret: 'x'.repeat(43) }, 401, 'invalid_client'],
    ['the hash of the secret', { client_secret: 'hash' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['no secret', { client_secret: '' }, 401, 'invalid_client'],
    ['an unknown scope', { scope: 'nope' }, 400, 'invalid_scope'],
    ['the bare scope', { scope: 'invoke' }, 400, 'invalid_scope'],
    ['audience and scope apart', { scope: 'weather invoke' }, 400, 'invalid_scope'],
    ['one good scope and a strange one', { scope: 'weatherinvoke nope' }, 400, 'invalid_scope'],
    ['the scope of the management', { scope: managementScope('read-only') }, 400, 'invalid_scope'],
    ['the audience of the management', { resource: 'urn:mooring:management' }, 400, 'invalid_target'],
    ['a strange resource', { resource: 'https://elsewhere.test/' }, 400, 'invalid_target'],
    [
      'a URL that only begins like the endpoint',
      { resource: `${weather.urls[0]}evil` },
      400,
      'invalid_target',
    ],
    ['a resource that is no URI', { resource: 'weather' }, 400, 'invalid_target'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ];
  for (const [what, fields, status, error] of refusals)
    test(`with ${what} are refused: ${error}`, async () => {
      const stored = await opened.store.clients.get(client.clientId);
      const sent = fields['client_secret'] === 'hash' ? { client_secret: stored?.secretHash ?? '' } : fields;
      const answer = await ask(sent);
      assert.deepEqual([answer.status, answer.error], [status, error]);
    });

  test('for an application that is gone are refused', async () => {
    opened.resources.set('gone', { audience: 'gone', scope: 'x', urls: [] });
    const other = await opened.domain.createClient({ name: 'other', applicationId: 'gone' });
    assert.equal((await ask({ scope: 'gonex' }, other)).status, 200);
    opened.resources.delete('gone');
    assert.equal((await ask({ scope: 'gonex' }, other)).error, 'invalid_target');
    await assert.rejects(
      opened.domain.issueToken(other),
      (error) => error instanceof Problem && error.code === 'IncorrectState',
    );
  });
});

describe('a resource (RFC 8707)', () => {
  const url = weather.urls[0] ?? '';

  for (const resource of [url, `${url}/mcp`])
    test(`that is the endpoint's URL (${resource.slice(-6)}) becomes the audience`, async () => {
      for (const scope of ['weatherinvoke', 'invoke', undefined]) {
        const answer = await ask({ resource, ...(scope === undefined ? {} : { scope }) });
        assert.ok(await opened.verify(answer.access_token, { audience: resource, scope: 'invoke' }), scope);
        await assert.rejects(
          opened.verify(answer.access_token, { audience: 'weather', scope: 'invoke' }),
          /audience/,
        );
      }
    });

  test('is the audience of an application that has none', async () => {
    const applicationUrl = 'https://apps.test/bare';
    opened.resources.set('bare', { audience: undefined, scope: 'call', urls: [applicationUrl] });
    const bare = await opened.domain.createClient({ name: 'bare', applicationId: 'bare' });
    assert.equal(bare.scope, 'call');
    const answer = await ask({ scope: 'call' }, bare);
    assert.ok(await opened.verify(answer.access_token, { audience: applicationUrl, scope: 'call' }));
  });
});

describe('a joined scope', () => {
  test('that two applications share gives each client the token of its own', async () => {
    opened.resources.set('twin', { audience: 'weat', scope: 'herinvoke', urls: [] });
    const twin = await opened.domain.createClient({ name: 'twin', applicationId: 'twin' });
    assert.equal(twin.scope, client.scope);
    const mine = decodeJwt(await token({ scope: 'weatherinvoke' }));
    const theirs = decodeJwt((await ask({ scope: 'weatherinvoke' }, twin)).access_token);
    assert.deepEqual([mine.aud, mine.scope], ['weather', 'invoke']);
    assert.deepEqual([theirs.aud, theirs.scope], ['weat', 'herinvoke']);
  });

  test('that reads like the management gives no right to manage', async () => {
    opened.resources.set('fake', { audience: 'urn:mooring:manage', scope: 'mentadmin', urls: [] });
    const fake = await opened.domain.createClient({ name: 'fake', applicationId: 'fake' });
    const answer = await ask({ scope: managementScope('admin') }, fake);
    assert.equal(decodeJwt(answer.access_token).aud, 'urn:mooring:manage');
    for (const resource of [
      { audience: 'urn:mooring:management', scope: 'admin', urls: [] },
      { audience: undefined, scope: 'admin', urls: ['urn:mooring:management'] },
    ]) {
      opened.resources.set('fake', resource);
      assert.equal((await ask({ scope: managementScope('admin') }, fake)).error, 'invalid_target');
      assert.equal((await ask({ resource: 'urn:mooring:management' }, fake)).error, 'invalid_target');
      await assert.rejects(opened.domain.createClient({ name: 'x', applicationId: 'fake' }), Problem);
    }
  });
});

describe('the management', () => {
  test('gives a token that carries the asked role and the weaker ones', async () => {
    const credential = (await opened.domain.ensureManagementClient({ rotate: true })) ?? assert.fail();
    assert.equal(credential.scope, 'urn:mooring:managementadmin');
    const carried = {
      admin: 'read-only operator admin',
      operator: 'read-only operator',
      'read-only': 'read-only',
    };
    for (const role of ['admin', 'operator', 'read-only'] as const) {
      const answer = await ask({ scope: managementScope(role) }, credential);
      const principal = await opened.verify(answer.access_token, {
        audience: 'urn:mooring:management',
        scope: role,
      });
      assert.equal(principal.scope, carried[role]);
    }
    assert.equal(decodeJwt((await ask({}, credential)).access_token).scope, carried.admin);
  });
});

describe('a token that the server issues itself', () => {
  test('has the claims of one that the client asked for', async () => {
    const issued = await opened.domain.issueToken(client);
    assert.deepEqual([issued.tokenType, issued.expiresIn], ['Bearer', 900]);
    const { jti: a, iat: b, exp: c, ...own } = decodeJwt(issued.accessToken);
    const { jti: d, iat: e, exp: f, ...asked } = decodeJwt(await token({ scope: 'weatherinvoke' }));
    assert.deepEqual(own, asked);
    assert.notEqual(a, d);
    assert.equal((c ?? 0) - (b ?? 0), (f ?? 0) - (e ?? 0));
    assert.ok(await opened.verify(issued.accessToken, { audience: 'weather', scope: 'invoke' }));
  });

  test('is refused for an unknown client', () =>
    assert.rejects(
      opened.domain.issueToken({ clientId: 'nobody' }),
      (error) => error instanceof Problem && error.code === 'NotAuthorizedOrNotFound',
    ));
});

describe('the documents of the domain', () => {
  for (const path of [
    '/identity/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/identity',
  ])
    test(`at ${path} follow the issuer, whatever the request says of its host`, async () => {
      const { issuer } = opened.domain;
      const document: unknown = JSON.parse(
        await getAs(path, {
          host: 'evil.test',
          'x-forwarded-proto': 'https',
          'x-forwarded-host': 'evil.test',
        }),
      );
      const { issuer: name, token_endpoint, authorization_endpoint, jwks_uri } = Object(document);
      assert.deepEqual(
        [name, token_endpoint, authorization_endpoint, jwks_uri],
        [
          issuer,
          `${issuer}/oauth2/v1/token`,
          `${issuer}/oauth2/v1/authorize`,
          `${issuer}/admin/v1/SigningCert/jwk`,
        ],
      );
      assert.ok(!JSON.stringify(document).includes('evil'));
    });

  test('publish both keys and no private part', async () => {
    const keys: unknown = JSON.parse(await getAs('/identity/admin/v1/SigningCert/jwk', {}));
    assert.deepEqual(keys, opened.domain.jwks());
    for (const key of opened.domain.jwks().keys)
      for (const part of ['d', 'p', 'q']) assert.ok(!(part in key));
  });

  const nowhere = [
    '/identity',
    '/identity/',
    '/identity/me',
    '/identity/oauth2/v1/token',
    '/elsewhere',
    '/identity/request',
    '/identity/session/end',
    'http://evil.test/identity/.well-known/openid-configuration',
  ];
  for (const path of nowhere)
    test(`GET ${path} finds nothing`, async () => {
      const answer = await answerAs(path, {});
      assert.equal(answer.status, 404);
      assert.match(answer.body, /^\{"code":"NotAuthorizedOrNotFound"/);
    });
});

describe('a body', () => {
  test('that is too large or no form is refused', async () => {
    const large = await post(new URLSearchParams({ grant_type: 'x'.repeat(60_000) }));
    assert.deepEqual([large.status, large.error], [400, 'invalid_request']);
    const json = await fetch(opened.domain.tokenUrl, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(json.status, 400);
  });
});

const token = async (fields: Record<string, string>): Promise<string> => (await ask(fields)).access_token;

const getAs = async (path: string, headers: Record<string, string>): Promise<string> =>
  (await answerAs(path, headers)).body;

async function answerAs(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(opened.domain.issuer);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}
