import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startIssuer } from '../fixtures/issuer.ts';
import { heard } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const command = ['node', '--conditions=mooring', 'echo-app.ts'];
const workingDirectory = new URL('../fixtures', import.meta.url).pathname;

describe('an application protected by another issuer', () => {
  it('takes its tokens, by discovery, and nobody else’s', async () => {
    await using issuer = await startIssuer();
    await using test = await startTestServer({ allowPrivateIssuers: true });
    const idcsConfig = { domainUrl: issuer.url, audience: 'urn:shop', scope: 'buy' };
    const auth = { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig } as const;
    const app = await test.deploy({ name: 'shop', command, workingDirectory, auth });
    const own = await test.deploy({ name: 'own', command, workingDirectory });

    const good = await issuer.sign({ aud: 'urn:shop', scope: 'look buy' });
    const answer = await fetch(app.http(), bearer(good));
    assert.equal(answer.status, 200);
    assert.equal((await heard(answer)).headers['mooring-issuer'], issuer.url);
    using live = await openLive(app.ws(), bearer(good));
    live.send('hello');
    assert.equal(await live.next(), 'hello');

    const refused: [string, string, number][] = [
      ['another audience', await issuer.sign({ aud: 'urn:other', scope: 'buy' }), 401],
      ['another scope', await issuer.sign({ aud: 'urn:shop', scope: 'look' }), 403],
      [
        'another issuer',
        await issuer.sign({ aud: 'urn:shop', scope: 'buy', iss: 'https://other.example' }),
        401,
      ],
      ['an expired token', await issuer.sign({ aud: 'urn:shop', scope: 'buy', exp: 1_000_000_000 }), 401],
      ['a token of the embedded domain', await test.token(own.id), 401],
    ];
    for (const [name, token, status] of refused) {
      const refusal = await fetch(app.http(), bearer(token));
      assert.equal(refusal.status, status, name);
      assert.match(
        refusal.headers.get('www-authenticate') ?? '',
        /resource_metadata="[^"]+".*scope="urn:shopbuy"/,
      );
      await assert.rejects(openLive(app.ws(), bearer(token)), new RegExp(`^Error: ${status} `));
    }
    assert.equal((await fetch(own.http(), bearer(good))).status, 401);
  });

  it('answers 503 while an issuer that never answered cannot be reached', async () => {
    await using test = await startTestServer({ allowPrivateIssuers: true });
    const idcsConfig = { domainUrl: 'http://127.0.0.1:9', audience: 'urn:shop', scope: 'buy' };
    const auth = { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig } as const;
    const app = await test.deploy({ name: 'shop', command, workingDirectory, auth });
    const issuer = await startIssuer();
    const refusal = await fetch(app.http(), bearer(await issuer.sign({ aud: 'urn:shop', scope: 'buy' })));
    await issuer[Symbol.asyncDispose]();
    assert.equal(refusal.status, 503);
    assert.ok(Number(refusal.headers.get('retry-after')) > 0);
  });
});
