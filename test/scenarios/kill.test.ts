/** kill -9 at any point of creations, deployments, changes and deletions: the next start has all that was acknowledged, and ends all that was begun. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { forkServer, isAlive, type ForkedServer } from '../fixtures/forked.ts';
import { verifies } from '../verifies.ts';

const management = '/20231130';
const state = z.looseObject({
  id: z.string(),
  lifecycleState: z.string(),
  description: z.string().optional(),
});
const workRequest = z.looseObject({
  id: z.string(),
  operationType: z.string(),
  status: z.string(),
  timeFinished: z.string().optional(),
});
const listed = z.object({ items: z.array(z.looseObject({ id: z.string(), lifecycleState: z.string() })) });

interface Asked {
  readonly method?: string;
  readonly body?: object;
  readonly retryToken?: string;
}

interface Answered {
  readonly body: unknown;
  readonly workRequestId: string;
}

/** A call of the management API. Throws when there is no answer. Repeats what is refused for now only. */
async function ask(server: ForkedServer, target: string, asked: Asked = {}): Promise<Answered> {
  const { method = 'GET', body, retryToken } = asked;
  const signal = AbortSignal.timeout(20_000);
  for (;;) {
    const answer = await fetch(server.urls.managementPlain + management + target, {
      method,
      headers: {
        authorization: `Bearer ${await server.token({ signal })}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(retryToken !== undefined && { 'opc-retry-token': retryToken }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    });
    const text = await answer.text();
    if (answer.ok)
      return {
        body: text === '' ? undefined : JSON.parse(text),
        workRequestId: answer.headers.get('opc-work-request-id') ?? '',
      };
    if (!text.includes('"IncorrectState"')) assert.fail(`${method} ${target} answered ${text}`);
    await pause(20);
  }
}

/** Looks until it is over. It must be so before long. */
async function ended(server: ForkedServer, id: string): Promise<string> {
  const until = performance.now() + 20_000;
  for (;;) {
    const found = workRequest.parse((await ask(server, `/workRequests/${id}`)).body);
    if (found.timeFinished !== undefined) return `${found.operationType} ${found.status}`;
    assert.ok(performance.now() < until, `the work request hangs: ${JSON.stringify(found)}`);
    await pause(20);
  }
}

/** What one client did to one application, and what it was told. Undefined: it was told nothing. */
interface Story {
  readonly name: string;
  readonly starts: string;
  application?: string;
  deployment?: string;
  description?: string;
  /** Whether the deletion was asked for, answered or not. */
  deletes: boolean;
  isDeleted: boolean;
  readonly workRequests: string[];
}

const newStory = (name: string, folder: string): Story => ({
  name,
  starts: join(folder, name),
  deletes: false,
  isDeleted: false,
  workRequests: [],
});

const creationOf = ({ name, starts }: Story, compartmentId: string): Asked => ({
  method: 'POST',
  retryToken: name,
  body: {
    displayName: name,
    compartmentId,
    inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    environmentVariables: [{ name: 'STARTS', type: 'PLAINTEXT', value: starts }],
  },
});

const deploymentOf = ({ name, application }: Story, compartmentId: string): Asked => ({
  method: 'POST',
  retryToken: name,
  body: {
    compartmentId,
    hostedApplicationId: application,
    activeArtifact: {
      artifactType: 'LOCAL_PROCESS_ARTIFACT',
      command: ['node', '--conditions=mooring', 'echo-app.ts'],
      workingDirectory: new URL('../fixtures', import.meta.url).pathname,
    },
  },
});

/** Goes on until the server is killed, or all is done. */
async function live(server: ForkedServer, story: Story, compartmentId: string): Promise<void> {
  const made = await ask(server, '/hostedApplications', creationOf(story, compartmentId));
  story.application = state.parse(made.body).id;
  story.workRequests.push(made.workRequestId);
  const target = `/hostedApplications/${story.application}`;
  const deployed = await ask(server, '/hostedDeployments', deploymentOf(story, compartmentId));
  story.deployment = state.parse(deployed.body).id;
  story.workRequests.push(deployed.workRequestId);
  const changed = await ask(server, target, { method: 'PUT', body: { description: story.name } });
  story.description = story.name;
  story.workRequests.push(changed.workRequestId);
  for (const id of story.workRequests) await ended(server, id);
  story.deletes = true;
  const deleted = await ask(server, target, { method: 'DELETE' });
  story.isDeleted = true;
  story.workRequests.push(deleted.workRequestId);
  await ended(server, deleted.workRequestId);
}

/** After the next start: nothing that was acknowledged is lost, nothing that was begun hangs. */
async function check(server: ForkedServer, story: Story, compartmentId: string): Promise<void> {
  for (const id of story.workRequests) {
    const outcome = await ended(server, id);
    // Only a deletion may end what was acknowledged before it.
    assert.match(outcome, story.deletes ? /(SUCCEEDED|CANCELED)$/ : /SUCCEEDED$/);
  }
  const everything = await ask(server, `/hostedApplications?compartmentId=${compartmentId}&limit=1000`);
  const all = listed.parse(everything.body).items.filter((item) => item['displayName'] === story.name);
  assert.ok(all.length <= 1, `${story.name} was made twice`);
  const [found] = all;
  if (story.application !== undefined) assert.equal(found?.id, story.application);
  if (!found) return;
  const application = state.parse((await ask(server, `/hostedApplications/${found.id}`)).body);
  if (story.description !== undefined) assert.equal(application.description, story.description);
  if (story.isDeleted) assert.equal(application.lifecycleState, 'DELETED');
  if (!story.deletes) await complete(server, story, compartmentId);
  else if (!story.isDeleted) assert.match(application.lifecycleState, /^(ACTIVE|DELETING|DELETED)$/);
}

/** The client repeats what it was not told about, by the same retry token, and gets what was made the first time. */
async function complete(server: ForkedServer, story: Story, compartmentId: string): Promise<void> {
  const before = story.application;
  const again = await ask(server, '/hostedApplications', creationOf(story, compartmentId));
  const { id } = state.parse(again.body);
  if (before !== undefined) assert.equal(id, before);
  await ended(server, again.workRequestId);
  story.application = id;
  const deployed = await ask(server, '/hostedDeployments', deploymentOf(story, compartmentId));
  const deployment = state.parse(deployed.body).id;
  if (story.deployment !== undefined) assert.equal(deployment, story.deployment);
  assert.match(await ended(server, deployed.workRequestId), /SUCCEEDED$/);
  const running = await pidsOf(story);
  assert.equal(running.length, 1, `${running.length} processes of ${story.name} run`);
}

/** Of its processes that live. */
async function pidsOf({ starts }: Story): Promise<number[]> {
  const text = await readFile(starts, 'utf8').catch(() => '');
  return text.trim().split('\n').filter(Boolean).map(Number).filter(isAlive);
}

/** Deletes what is left, so that the next round begins with nothing that runs. */
async function clear(server: ForkedServer, compartmentId: string): Promise<void> {
  const found = await ask(server, `/hostedApplications?compartmentId=${compartmentId}&limit=1000`);
  for (const { id, lifecycleState } of listed.parse(found.body).items) {
    if (lifecycleState === 'DELETED') continue;
    const { workRequestId } = await ask(server, `/hostedApplications/${id}`, { method: 'DELETE' });
    assert.match(await ended(server, workRequestId), /SUCCEEDED$/);
  }
}

/** Every work request of the compartment, also those that nobody was told about. */
async function nothingHangs(server: ForkedServer, compartmentId: string): Promise<void> {
  const found = await ask(server, `/workRequests?compartmentId=${compartmentId}&limit=1000`);
  for (const { id } of z.object({ items: z.array(workRequest) }).parse(found.body).items)
    await ended(server, id);
}

/** Lines of the server's log after whose so many it is killed: each is written between two steps of its work. */
const moments = [3, 8, 14, 21, 30, 40, 46, 52];

test(
  verifies(
    'management:crash',
    'killed at any point it loses nothing acknowledged, and no work request hangs',
  ),
  async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mooring-kill-'));
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    let stories: Story[] = [];
    for (const moment of [...moments, undefined]) {
      let lines = 0;
      let killAt = Infinity;
      const output = (piece: string): void => {
        lines += piece.split('\n').length - 1;
        if (lines >= killAt) server.child.kill('SIGKILL');
      };
      await using server = await forkServer({ dataDir, options: { logLevel: 'debug' }, output });
      const { compartmentId } = z
        .object({ compartmentId: z.string() })
        .parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
      for (const story of stories) await check(server, story, compartmentId);
      await nothingHangs(server, compartmentId);
      await clear(server, compartmentId);
      for (const story of stories) assert.deepEqual(await pidsOf(story), []);
      if (moment === undefined) return;
      stories = [`a${moment}`, `b${moment}`].map((name) => newStory(name, dataDir));
      killAt = lines + moment;
      const ends = await Promise.allSettled(stories.map((story) => live(server, story, compartmentId)));
      // A connection that breaks off is what this is about. Anything else is a fault.
      for (const end of ends)
        if (end.status === 'rejected' && end.reason instanceof assert.AssertionError) throw end.reason;
      await server.end('SIGKILL');
    }
  },
);
