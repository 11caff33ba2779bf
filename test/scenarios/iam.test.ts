/** An IAM application made with Oracle's SDK, and called with signatures of registered keys: sound ones, and every other kind. */
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import {
  FixedTimeDelayStrategy,
  MaxTimeTerminationStrategy,
  SimpleAuthenticationDetailsProvider,
} from 'oci-common';
import { models } from 'oci-generativeai';
import { z } from 'zod';
import { invokePath, livePath, type ApiKey, type KeyRole } from '@mooring/contract';
import { signatureHeaders } from '@mooring/server/sign-fixture';
import { forkServer } from '../fixtures/forked.ts';
import { openLive } from '../fixtures/live.ts';
import { ociClient, send, signWithSdk, type Answered, type Sent } from '../fixtures/oci.ts';
import { verifies } from '../verifies.ts';

await using owned = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'mooring-iam-'));
owned.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = owned.use(await forkServer({ dataDir, options: { logLevel: 'silent' } }));
const { management } = server;
const seenFile = join(dataDir, 'seen');
const id = await deployRecorder();
const everything = owned.move();
after(() => everything.disposeAsync());

const base = server.urls.applicationsPlain;
const path = (rest: string): string => invokePath(id, rest);

/** As an owner does it who knows OCI's SDK only. Returns the id of the application. */
async function deployRecorder(): Promise<string> {
  const { client, compartmentId } = ociClient({ config: { dataDir }, urls: server.urls });
  const waiters = client.createWaiters({
    delayStrategy: new FixedTimeDelayStrategy(0.025),
    terminationStrategy: new MaxTimeTerminationStrategy(60),
  });
  const succeeded = async (workRequestId: string): Promise<void> => {
    const { workRequest } = await waiters.forWorkRequest({ workRequestId });
    assert.equal(workRequest.status, models.OperationStatus.Succeeded);
  };
  const application = await client.createHostedApplicationIam({
    createHostedApplicationIamDetails: {
      compartmentId,
      displayName: 'recorder',
      environmentVariables: [
        { name: 'SEEN', type: models.EnvironmentVariable.Type.Plaintext, value: seenFile },
      ],
    },
  });
  await succeeded(application.opcWorkRequestId);
  const { id: hostedApplicationId } = application.hostedApplicationIam;
  const activeArtifact: ProcessArtifact = {
    artifactType: 'LOCAL_PROCESS_ARTIFACT',
    command: ['node', '--conditions=mooring', 'recorder-app.ts'],
    workingDirectory: new URL('../fixtures', import.meta.url).pathname,
  };
  const deployment = await client.createHostedDeployment({
    createHostedDeploymentDetails: { compartmentId, hostedApplicationId, activeArtifact },
  });
  await succeeded(deployment.opcWorkRequestId);
  return hostedApplicationId;
}

interface ProcessArtifact extends models.CreateArtifactDetails {
  readonly command: readonly string[];
  readonly workingDirectory: string;
}

const seenSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  bytes: z.number(),
  sha256: z.string(),
});
type Seen = z.infer<typeof seenSchema>;

/** Everything that came whole to the replica. */
async function seen(): Promise<Seen[]> {
  const lines = (await readFile(seenFile, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  return lines.map((line) => seenSchema.parse(JSON.parse(line)));
}

interface Key extends ApiKey {
  /** PEM. */
  readonly privateKey: string;
}

async function newKey(role: KeyRole): Promise<Key> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const registered = await management.apiKeys.create({ publicKey, name: role, role });
  return { ...registered, privateKey: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

interface Unsigned {
  readonly key: Pick<Key, 'privateKey' | 'tenancy' | 'user' | 'fingerprint'>;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** By which the signer's clock is ahead. Default 0. */
  readonly minutes?: number;
}

const clock = ({ minutes = 0 }: Unsigned): number => Date.now() + minutes * 60_000;

const signers: Readonly<Record<string, (request: Unsigned) => Promise<Sent>>> = {
  'a signature of our own': async (request) => {
    const { key, method, path: target, body } = request;
    const { tenancy, user, fingerprint } = key;
    const headers = signatureHeaders({
      method,
      target,
      host: new URL(base).host,
      ...(body !== undefined && { body }),
      time: clock(request),
      key: createPrivateKey(key.privateKey),
      keyId: `${tenancy}/${user}/${fingerprint}`,
    });
    return { method, url: base + target, headers, ...(body !== undefined && { body }) };
  },
  "a signature of Oracle's DefaultRequestSigner": async (request) => {
    const { key, method, path: target, body } = request;
    const { tenancy, user, fingerprint, privateKey } = key;
    const headers = await signWithSdk({
      provider: new SimpleAuthenticationDetailsProvider(tenancy, user, fingerprint, privateKey, null),
      method,
      url: base + target,
      ...(body !== undefined && { body }),
      headers: {
        'x-date': new Date(clock(request)).toUTCString(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    return { method, url: base + target, headers, ...(body !== undefined && { body }) };
  },
};

const [invoker, other, reader] = [await newKey('invoke'), await newKey('invoke'), await newKey('read-only')];
const order = '{"order":1}';

type Sign = (request: Partial<Unsigned>) => Promise<Sent>;

/** Each takes a sound signature and does one thing to the request. */
const forgeries: Readonly<Record<string, (sign: Sign) => Promise<Sent>>> = {
  'a tampered body': async (sign) => ({ ...(await sign({})), body: order.replace('1', '2') }),
  'a body that another hash stands for': async (sign) => {
    const body = order.replace('1', '2');
    const { headers } = await sign({});
    const hash = createHash('sha256').update(body).digest('base64');
    return { ...(await sign({})), body, headers: { ...headers, 'x-content-sha256': hash } };
  },
  'a tampered header': async (sign) => {
    const sent = await sign({});
    return { ...sent, headers: { ...sent.headers, 'content-type': 'text/plain' } };
  },
  'a tampered path': async (sign) => ({ ...(await sign({})), url: base + path('/admin') }),
  'a tampered method': async (sign) => ({ ...(await sign({})), method: 'PUT' }),
  'a date 6 minutes old': (sign) => sign({ minutes: -6 }),
  'a date 6 minutes ahead': (sign) => sign({ minutes: 6 }),
  'a key that nobody registered': (sign) => sign({ key: { ...invoker, fingerprint: '00:11' } }),
  'the private key of another user': (sign) => sign({ key: { ...invoker, privateKey: other.privateKey } }),
  'the key of another user under this user’s name': (sign) => sign({ key: { ...other, user: invoker.user } }),
  'no signature': async (sign) => {
    const { authorization: _, ...headers } = (await sign({})).headers;
    return { ...(await sign({})), headers };
  },
};

const bodies = new Set<string>();

for (const [what, sign] of Object.entries(signers)) {
  describe(`an IAM application called with ${what}`, () => {
    it(verifies(['iam:signature', 'iam:caller'], 'answers, and knows who called'), async () => {
      for (const body of [undefined, order]) {
        const method = body === undefined ? 'GET' : 'POST';
        const sent = await sign({
          key: invoker,
          method,
          path: path('/orders?a=b'),
          ...(body !== undefined && { body }),
        });
        const answer = await send(sent);
        assert.equal(answer.status, 200, answer.body);
        const { headers, bytes, ...heard } = seenSchema.parse(JSON.parse(answer.body));
        assert.deepEqual([heard.method, heard.url, bytes], [method, '/orders?a=b', body?.length ?? 0]);
        assert.equal(headers['mooring-subject'], invoker.user);
        assert.equal(headers['mooring-client-id'], invoker.fingerprint);
        assert.equal(headers['authorization'], undefined);
      }
    });

    it(verifies(['iam:upgrade', 'iam:caller'], 'opens a connection, and knows who called'), async () => {
      const target = livePath(id, '/live');
      assert.match(target, /^\/20251112\/ws\/hostedapplicationiam\//);
      const { headers } = await sign({ key: invoker, method: 'GET', path: target });
      using live = await openLive(base.replace(/^http/, 'ws') + target, { headers: flat(headers) });
      const heard = seenSchema.parse(JSON.parse(await live.next()));
      assert.deepEqual([heard.url, heard.headers['mooring-subject']], ['/live', invoker.user]);
      live.send('hello');
      assert.equal(await live.next(), 'hello');
      live.socket.close(1000);
      assert.equal((await live.closed).code, 1000);
    });

    for (const [forgery, forge] of Object.entries(forgeries))
      it(
        verifies(
          ['iam:signature:refused', 'iam:body:checked'],
          `refuses ${forgery} with 401, the same for all`,
        ),
        async () => {
          const before = (await seen()).length;
          const sound: Sign = (given) =>
            sign({ key: invoker, method: 'POST', path: path('/orders'), body: order, ...given });
          const answer = await send(await forge(sound));
          assert.equal(answer.status, 401, answer.body);
          bodies.add(answer.body);
          assert.equal(bodies.size, 1);
          // What came before this one has come to the replica by now, if ever.
          assert.equal((await send(await sound({}))).status, 200);
          assert.equal((await seen()).length, before + 1);
        },
      );

    it(verifies('iam:role', 'refuses a key that may only read with 403'), async () => {
      const answer = await send(await sign({ key: reader, method: 'GET', path: path('/orders') }));
      assert.equal(answer.status, 403);
      assert.match(answer.body, /"NotAllowed"/);
    });

    it(
      verifies(
        ['iam:signature:refused', 'auth:revoked'],
        'refuses a key from the moment that it is deleted, and ends what it had opened',
      ),
      async () => {
        const key = await newKey('invoke');
        const target = livePath(id, '/live');
        const asked = { key, method: 'GET', path: path('/') } as const;
        assert.equal((await send(await sign(asked))).status, 200);
        const { headers } = await sign({ ...asked, path: target });
        using live = await openLive(base.replace(/^http/, 'ws') + target, { headers: flat(headers) });
        await management.apiKeys.delete(key.id);
        assert.equal((await live.closed).code, 3003);
        const refused = await send(await sign(asked));
        assert.equal(refused.status, 401);
        bodies.add(refused.body);
        assert.equal(bodies.size, 1);
        await assert.rejects(
          openLive(base.replace(/^http/, 'ws') + target, { headers: flat(headers) }),
          /^Error: 401 /,
        );
      },
    );
  });
}

const flat = (headers: Sent['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Bytes that the server's process has held at most, ever. */
function peakMemory(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

const chunk = randomBytes(1_000_000);
const count = 100;

/** Sends 100 MB, as fast as they are taken; the last one is another one when asked for. */
async function upload({ last }: { last: Buffer }): Promise<Answered> {
  const digest = createHash('sha256');
  for (let index = 0; index < count; index += 1) digest.update(chunk);
  const headers = signatureHeaders({
    method: 'POST',
    target: path('/upload'),
    host: new URL(base).host,
    streamed: { length: chunk.length * count, hash: digest.digest('base64') },
    key: createPrivateKey(invoker.privateKey),
    keyId: invoker.keyId,
  });
  const request = http.request(base + path('/upload'), { method: 'POST', headers, agent: false });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  for (let index = 1; index <= count; index += 1)
    await new Promise<void>((resolve) => request.write(index < count ? chunk : last, () => resolve()));
  request.end();
  const answer = await answered;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

describe('an upload of 100 MB to an IAM application', () => {
  it(
    verifies('iam:body:streamed', 'reaches the replica whole, and is not held in memory, nor are three'),
    { skip: process.platform !== 'linux' && 'the memory of a process is in /proc on Linux only' },
    async () => {
      const before = peakMemory();
      const answers = await Promise.all(Array.from({ length: 3 }, () => upload({ last: chunk })));
      for (const { status, body } of answers) {
        assert.equal(status, 200);
        assert.equal(seenSchema.parse(JSON.parse(body)).bytes, chunk.length * count);
      }
      // Three at a time: to hold them would take 300 MB more, to pass them on takes some garbage only.
      const grown = peakMemory() - before;
      assert.ok(grown < 150_000_000, `the server needed ${grown} bytes more`);
    },
  );

  it(verifies('iam:body:checked', 'whose last byte was altered never completes at the replica'), async () => {
    const before = (await seen()).length;
    const last = Buffer.from(chunk);
    last.writeUInt8((last.at(-1) ?? 0) ^ 1, last.length - 1);
    const answer = await upload({ last });
    assert.equal(answer.status, 401);
    bodies.add(answer.body);
    assert.equal(bodies.size, 1);
    assert.equal((await seen()).length, before);
  });
});
