/**
 * Rollouts under load. ROLLOUT=full runs the size that the documentation promises: 200 WebSocket clients and 50 HTTP
 * clients across ten activations, with two workers.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CreateArtifactDetails } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { bearer } from '../fixtures/live.ts';
import { finished, startTestServer, type TestServer } from '../fixtures/server.ts';
import { talk, type Talk } from '../fixtures/talker.ts';

const size =
  process.env.ROLLOUT === 'full'
    ? { talkers: 200, requesters: 50, activations: 10, pause: 200, workers: 2 }
    : { talkers: 20, requesters: 8, activations: 3, pause: 50, workers: 1 };

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const commandOf = (version: number): string[] => [
  'node',
  '--conditions=mooring',
  'witness-app.ts',
  `${version}`,
];
const artifactOf = (version: number): CreateArtifactDetails => ({
  artifactType: 'LOCAL_PROCESS_ARTIFACT',
  command: commandOf(version),
  workingDirectory,
});

describe('rollouts under load', () => {
  it(
    verifies(
      ['rollout:requests', 'rollout:messages', 'live:drain'],
      `no request fails and no message is lost over ${size.activations} versions`,
    ),
    { timeout: 180_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mooring-witness-'));
      await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
      const outcome = await roll(folder);
      judgeRequests(outcome.requests);
      await judgeTalks(folder, outcome.talks);
    },
  );
});

interface Outcome {
  readonly talks: readonly Talk[];
  readonly requests: readonly Requests[];
}

/** Everything stops before it returns, the replicas too. */
async function roll(folder: string): Promise<Outcome> {
  await using test = await startTestServer({ shutdownGrace: 5, workers: size.workers });
  const app = await test.deploy({
    name: 'witness',
    command: commandOf(0),
    workingDirectory,
    environment: { WITNESS: folder },
    settings: { drainAfter: 0.2, drainSpread: 0.5 },
  });
  assert.equal(app.status, 'SUCCEEDED', app.errors.join());
  const { headers } = bearer(await test.token(app.id));
  const over = new AbortController();
  const { signal } = over;
  const { pause } = size;
  const sightings = new Sightings();
  const names = Array.from({ length: size.talkers }, (_, index) => `t${index}`);
  const talks = names.map((name) =>
    talk({ name, url: app.ws('/'), headers, pause, signal, connected: () => sightings.see(name) }),
  );
  const requests = Array.from({ length: size.requesters }, () =>
    request(app.http('/'), { headers, signal, sightings }),
  );
  const everything = Promise.all([Promise.all(talks), Promise.all(requests)]);
  try {
    for (const name of [...names, '0']) await Promise.race([sightings.of(name), everything]);
    await Promise.race([activateAll(test, app.id, sightings), everything]);
  } finally {
    over.abort();
  }
  const [talked, requested] = await everything;
  return { talks: talked, requests: requested };
}

/** The clients that have been connected, and the versions that have answered a request. */
class Sightings {
  readonly #seen = new Set<string>();
  readonly #news = new EventEmitter();

  see(name: string): void {
    this.#seen.add(name);
    this.#news.emit(name);
  }

  /** @throws AbortError when it is not seen within 30 s. */
  async of(name: string): Promise<void> {
    if (this.#seen.has(name)) return;
    await once(this.#news, name, { signal: AbortSignal.timeout(30_000) });
  }
}

/** Each version is active until it has answered: the load is under way before the first one is replaced. */
async function activateAll(
  { management }: TestServer,
  applicationId: string,
  sightings: Sightings,
): Promise<void> {
  const deployment = (await management.status.application(applicationId)).deployment?.id ?? '';
  for (let version = 1; version <= size.activations; version += 1) {
    const artifact = artifactOf(version);
    await finished(
      management,
      (await management.deployments.addArtifact(deployment, artifact)).workRequestId,
    );
    const { workRequestId } = await management.deployments.update(deployment, { activeArtifact: artifact });
    const { status, errors } = await finished(management, workRequestId);
    assert.equal(status, 'SUCCEEDED', errors.join());
    await sightings.of(`${version}`);
  }
  // The next version may begin while an earlier one drains; only the last drain is waited for.
  const isDraining = async (): Promise<boolean> => {
    const { replicas } = await management.status.application(applicationId);
    return replicas.some(({ state }) => state === 'DRAINING');
  };
  while (await isDraining()) await wait(50);
}

interface Requests {
  readonly failures: readonly string[];
  readonly versions: ReadonlySet<string>;
  readonly count: number;
}

interface RequestOptions {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly sightings: Sightings;
}

/** Asks one thing after the other until the signal, now and then something that takes a while. */
async function request(url: string, { headers, signal, sightings }: RequestOptions): Promise<Requests> {
  const agent = new http.Agent({ keepAlive: true });
  const failures: string[] = [];
  const versions = new Set<string>();
  let count = 0;
  for (; !signal.aborted; count += 1) {
    const body = count % 2 === 0 ? `body ${count}` : '';
    const milliseconds = count % 5 === 0 ? 300 : 20;
    const answer = await ask(`${url}?wait=${milliseconds}`, { agent, headers, body }).catch(String);
    if (typeof answer === 'string') failures.push(answer);
    else if (answer.body === body) {
      versions.add(answer.version);
      sightings.see(answer.version);
    } else failures.push(`answered ${answer.body} to ${body}`);
  }
  agent.destroy();
  return { failures, versions, count };
}

interface Answer {
  readonly version: string;
  readonly body: string;
}

async function ask(
  url: string,
  { agent, headers, body }: { agent: http.Agent; headers: Record<string, string>; body: string },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const method = body === '' ? 'GET' : 'POST';
  http.request(url, { agent, headers, method }, resolve).once('error', reject).end(body);
  const answer = await promise;
  const said = await json(answer);
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${JSON.stringify(said)}`);
  if (typeof said === 'object' && said !== null && 'version' in said && 'body' in said)
    return { version: String(said.version), body: String(said.body) };
  throw new Error(JSON.stringify(said));
}

function judgeRequests(requests: readonly Requests[]): void {
  assert.deepEqual(
    requests.flatMap(({ failures }) => failures),
    [],
  );
  const versions = new Set(requests.flatMap((one) => [...one.versions]));
  assert.equal(versions.size, size.activations + 1, [...versions].join());
  assert.ok(requests.every(({ count }) => count > size.activations));
}

async function judgeTalks(folder: string, talks: readonly Talk[]): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  const heard = new Map<string, string[]>(files.flatMap((text) => JSON.parse(text)));
  for (const { name, sent, repeated, codes, total } of talks) {
    assert.ok(codes.every((code) => code === 1012 || code === 1000));
    assert.ok(codes.length > 1, `${name} was never sent away`);
    for (const [connection, messages] of sent) assert.deepEqual(heard.get(connection), messages, connection);
    const counts = new Map<string, number>();
    for (const message of [...sent.values()].flat()) counts.set(message, (counts.get(message) ?? 0) + 1);
    assert.equal(counts.size, total);
    for (const [message, count] of counts) assert.ok(count === 1 || repeated.has(message), message);
  }
}
