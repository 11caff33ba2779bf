/** examples/rollout, run as its page says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, it } from 'node:test';
import { bearer } from '../fixtures/live.ts';
import { startTestServer, type DeployedApplication, type TestServer } from '../fixtures/server.ts';

const workingDirectory = new URL('../../examples/rollout', import.meta.url).pathname;
const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;

let test: TestServer;
let app: DeployedApplication;
let headers: Record<string, string>;

before(async () => {
  test = await startTestServer();
  app = await test.deploy({
    name: 'shop',
    command: ['node', 'server.ts', '1'],
    workingDirectory,
    settings: { drainAfter: 0, drainSpread: 0, startDeadline: 3 },
  });
  ({ headers } = bearer(await test.token(app.id)));
});
after(() => test[Symbol.asyncDispose]());

/** Exit code and what was said. */
async function roll(next: string, earlier: string): Promise<{ code: number; said: string }> {
  const env = {
    ...process.env,
    MOORING: `${process.execPath} --conditions=mooring ${main}`,
    MOORING_PROFILE: test.server.profilePath,
  };
  return await new Promise((resolve) => {
    const args = ['roll.sh', 'shop', '/', next, earlier];
    execFile('/bin/sh', args, { cwd: workingDirectory, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
    });
  });
}

const cases = [
  { what: 'a good version serves', next: 'node server.ts 2', code: 0, said: /the new version serves/ },
  {
    what: 'a version that is of no use is taken back',
    next: 'node server.ts 3 faulty',
    code: 1,
    said: /back to the earlier one/,
  },
  {
    what: 'a version that is never ready serves nobody',
    next: 'node server.ts 4 broken',
    code: 1,
    said: /the earlier one goes on/,
  },
];
for (const { what, next, code, said } of cases) {
  it(what, { timeout: 90_000 }, async () => {
    const outcome = await roll(next, 'node server.ts 2');
    assert.equal(outcome.code, code, outcome.said);
    assert.match(outcome.said, said);
    assert.equal(await (await fetch(app.http('/'), { headers })).text(), 'version 2\n');
  });
}
