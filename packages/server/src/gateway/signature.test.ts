import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokePath, livePath, paths } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import { ask, bearer, host, oauth } from './gateway.fixture.ts';
import {
  fingerprint,
  keyIdOf,
  standSigned,
  stranger,
  tenancy,
  type Sent,
  type SignedStand,
} from './signed.fixture.ts';

/** Answers with what arrived. */
const echo = (): Promise<SignedStand> =>
  standSigned({
    http: (request, response) => {
      const { method, url, headers } = request;
      request.resume().once('end', () => response.end(JSON.stringify({ method, url, headers })));
    },
    webSocket: (socket, { url, headers }) => socket.send(JSON.stringify({ url, headers })),
  });

describe('a signed request', () => {
  for (const [method, body] of [
    ['GET', undefined],
    ['DELETE', undefined],
    ['POST', '{"a":1}'],
    ['POST', ''],
    ['PUT', 'x'.repeat(100_000)],
    ['PATCH', '{}'],
  ] as const)
    it(
      verifies(
        ['iam:signature', 'iam:caller'],
        `${method} with ${body?.length ?? 'no'} bytes reaches the replica with its caller and without its signature`,
      ),
      async () => {
        await using stand = await echo();
        const sent = stand.sign({ method, ...(body !== undefined && { body }) });
        const headers = { ...sent.headers, 'opc-obo-token': 'delegated', 'mooring-subject': 'root' };
        const answer = await stand.send({ ...sent, headers });
        assert.equal(answer.status, 200, answer.body);
        const heard = JSON.parse(answer.body);
        assert.deepEqual([heard.method, heard.url], [method, '/x?y=1']);
        assert.equal(heard.headers['authorization'], undefined);
        assert.equal(heard.headers['opc-obo-token'], undefined);
        assert.equal(heard.headers['x-date'], sent.headers['x-date']);
        assert.equal(heard.headers['x-content-sha256'], sent.headers['x-content-sha256']);
        assert.equal(heard.headers['mooring-subject'], 'ocid1.user.oc1..invoke');
        assert.equal(heard.headers['mooring-client-id'], fingerprint);
        assert.equal(heard.headers['mooring-issuer'], tenancy);
        assert.equal(heard.headers['mooring-scope'], '');
        assert.equal(heard.headers['mooring-assertion'], 'assertion');
        assert.equal(heard.headers['x-forwarded-prefix'], stand.invoke());
        assert.match(stand.invoke(), /^\/20251112\/hostedApplicationsIam\//);
        assert.doesNotMatch(stand.gateway.logged(), /signature="|delegated/);
      },
    );

  it(verifies('iam:signature', 'may come again'), async () => {
    await using stand = await echo();
    const sent = stand.sign({ time: Date.now() - 240_000 });
    assert.equal((await stand.send(sent)).status, 200);
    assert.equal((await stand.send(sent)).status, 200);
  });

  for (const [role, status] of [
    ['invoke', 200],
    ['operator', 200],
    ['admin', 200],
    ['read-only', 403],
  ] as const)
    it(verifies('iam:role', `by a key with the role ${role} is a ${status}`), async () => {
      await using stand = await echo();
      const answer = await stand.send(stand.sign({ keyId: keyIdOf(role) }));
      assert.equal(answer.status, status);
      if (status === 403) assert.match(answer.body, /"NotAllowed".*role read-only/);
    });
});

const without = (headers: Sent['headers'], name: string): Sent['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));

/** Each takes a sound request and does one thing to it. */
const forgeries: Readonly<Record<string, (stand: SignedStand) => Sent>> = {
  'no credential': (stand) => ({ ...stand.sign(), headers: without(stand.sign().headers, 'authorization') }),
  'a bearer token': (stand) => ({ ...stand.sign(), headers: { ...stand.sign().headers, ...bearer } }),
  'half a signature': (stand) => {
    const sent = stand.sign();
    return { ...sent, headers: { ...sent.headers, authorization: 'Signature version="1"' } };
  },
  'a key that is not registered': (stand) => stand.sign({ keyId: `${tenancy}/nobody/00:11` }),
  "another key under a registered one's name": (stand) => stand.sign({ key: stranger }),
  'a date 6 minutes old': (stand) => stand.sign({ time: Date.now() - 360_000 }),
  'a date 6 minutes ahead': (stand) => stand.sign({ time: Date.now() + 360_000 }),
  'another host': (stand) => {
    const sent = stand.sign({ host: 'inference.generativeai.us-chicago-1.oci.oraclecloud.com' });
    return { ...sent, headers: { ...sent.headers, host: 'localhost' } };
  },
  'another path': (stand) => ({ ...stand.sign(), path: stand.invoke('/z?y=1') }),
  'another query': (stand) => ({ ...stand.sign(), path: stand.invoke('/x?y=2') }),
  'another method': (stand) => ({ ...stand.sign(), method: 'DELETE' }),
  'a method that has to sign its body, and did not': (stand) => ({
    ...stand.sign(),
    method: 'POST',
    headers: { ...stand.sign().headers, 'content-length': '0' },
  }),
  'another date': (stand) => {
    const sent = stand.sign();
    return {
      ...sent,
      headers: { ...sent.headers, 'x-date': new Date(Date.now() - 60_000).toUTCString() },
    };
  },
  'a date twice': (stand) => {
    const sent = stand.sign();
    const date = String(sent.headers['x-date']);
    return { ...sent, headers: { ...sent.headers, 'x-date': [date, date] } };
  },
  'another content type': (stand) => {
    const sent = stand.sign({ method: 'POST', body: '{}' });
    return { ...sent, headers: { ...sent.headers, 'content-type': 'text/plain' } };
  },
  'an empty body instead of the signed one': (stand) => {
    const sent = stand.sign({ method: 'POST', body: '' });
    const hash = String(stand.sign({ method: 'POST', body: 'x' }).headers['x-content-sha256']);
    return { ...sent, headers: { ...sent.headers, 'x-content-sha256': hash } };
  },
  'another body of the same length': (stand) => ({
    ...stand.sign({ method: 'POST', body: '{"a":1}' }),
    body: '{"a":2}',
  }),
};

describe('a request to an IAM application with', () => {
  const answers = new Set<string>();
  for (const [what, forge] of Object.entries(forgeries))
    it(
      verifies('iam:signature:refused', `${what} is a 401 like any other, and no replica completes it`),
      async () => {
        let completed = 0;
        await using stand = await standSigned({
          http: (request, response) => {
            request.resume().once('end', () => {
              completed += 1;
              response.end();
            });
          },
        });
        const answer = await stand.send(forge(stand));
        assert.equal(answer.status, 401, answer.body);
        assert.match(answer.headers['www-authenticate'] ?? '', /^Signature /);
        answers.add(answer.body);
        assert.equal(answers.size, 1);
        await stand.gateway.idle();
        assert.equal(completed, 0);
      },
    );
});

describe('the two kinds of applications', () => {
  it(verifies('iam:signature:only', 'do not take credentials of each other'), async () => {
    await using stand = await echo();
    const other = host(stand.gateway.directory, [stand.replica], { auth: oauth });
    const path = other.invoke('/x');
    const signed = await stand.send(stand.sign({ path }));
    assert.equal(signed.status, 401);
    assert.match(signed.headers['www-authenticate'] ?? '', /^Bearer /);
    assert.equal((await ask(stand.gateway.port, path)).status, 200);
    assert.equal((await ask(stand.gateway.port, stand.invoke('/x'))).status, 401);
    const protocol = `base64UrlBearerAuthorization.${Buffer.from('good.token.value').toString('base64url')}`;
    const headers = { ...without(stand.sign().headers, 'authorization'), 'sec-websocket-protocol': protocol };
    assert.equal((await stand.send({ ...stand.sign(), headers })).status, 401);
  });

  it(verifies('iam:paths', 'exist under the paths of their kind only'), async () => {
    await using stand = await echo();
    const { id } = host(stand.gateway.directory, [stand.replica], { auth: oauth });
    const absent = id.replace(/.{4}$/, 'aaaa');
    const wrong = [
      `${paths.invoke}/${stand.id}/actions/invoke/x`,
      `${paths.invokeIam}/${id}/actions/invoke/x`,
      `${paths.live}/${stand.id}/x`,
      `${paths.liveIam}/${id}/x`,
      invokePath(absent, '/x'),
    ];
    const answers = await Promise.all(
      wrong.map(async (path) => {
        const { status, body } = await stand.send(stand.sign({ path }));
        return `${status} ${body}`;
      }),
    );
    assert.equal(new Set(answers).size, 1, answers.join());
    assert.match(answers[0] ?? '', /^404 .*NotAuthorizedOrNotFound/);
  });

  it('have metadata about tokens only where there are tokens', async () => {
    await using stand = await echo();
    const answer = await ask(stand.gateway.port, paths.resourceMetadata + stand.invoke());
    assert.equal(answer.status, 404);
  });
});

describe('a WebSocket handshake with an IAM application', () => {
  const open = (stand: SignedStand, headers: Sent['headers'], path: string): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${stand.gateway.port}${path}`, ['mcp'], { headers });

  it(verifies(['iam:upgrade', 'iam:caller'], 'is signed as any GET'), async () => {
    await using stand = await echo();
    const path = stand.live('/ws?a=b');
    assert.match(path, /^\/20251112\/ws\/hostedapplicationiam\//);
    const socket = open(stand, stand.sign({ path }).headers, path);
    const heard = await new Promise<string>((resolve, reject) => {
      socket.once('message', (data: Buffer) => resolve(data.toString())).once('error', reject);
    });
    const { url, headers } = JSON.parse(heard);
    assert.equal(url, '/ws?a=b');
    assert.equal(headers['authorization'], undefined);
    assert.equal(headers['mooring-subject'], 'ocid1.user.oc1..invoke');
    assert.equal(headers['x-forwarded-prefix'], livePath(stand.id));
    assert.equal(socket.protocol, 'mcp');
    socket.terminate();
  });

  for (const [what, forge] of [
    ['a signature of another path', (stand: SignedStand) => stand.sign({ path: stand.live('/other') })],
    ['another key', (stand: SignedStand) => stand.sign({ path: stand.live('/ws'), key: stranger })],
    ['an old date', (stand: SignedStand) => stand.sign({ path: stand.live('/ws'), time: 0 })],
  ] as const)
    it(verifies(['iam:upgrade', 'iam:signature:refused'], `with ${what} is a 401`), async () => {
      await using stand = await echo();
      const socket = open(stand, forge(stand).headers, stand.live('/ws'));
      const refused = await new Promise<string>((resolve) =>
        socket.once('error', ({ message }) => resolve(message)),
      );
      assert.match(refused, /401/);
      assert.deepEqual(stand.replica.requests, []);
    });
});
