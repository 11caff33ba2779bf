import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifactOf, imageOf } from './artifact.ts';

const digest = `sha256:${'0'.repeat(64)}`;

const cases: readonly (readonly [string, string, string | undefined])[] = [
  ['greeter', 'greeter', 'latest'],
  ['greeter:2', 'greeter', '2'],
  ['registry.example:5000/team/greeter', 'registry.example:5000/team/greeter', 'latest'],
  ['registry.example:5000/team/greeter:v1.2', 'registry.example:5000/team/greeter', 'v1.2'],
  ['localhost:5000/a', 'localhost:5000/a', 'latest'],
  [`a/b@${digest}`, `a/b@${digest}`, undefined],
  [`a/b:1@${digest}`, `a/b:1@${digest}`, undefined],
];

for (const [reference, containerUri, tag] of cases)
  test(`the image ${reference} is ${containerUri} and ${tag ?? 'no tag'}`, () =>
    assert.deepEqual(imageOf(reference), {
      artifactType: 'SIMPLE_DOCKER_ARTIFACT',
      containerUri,
      ...(tag !== undefined && { tag }),
    }));

for (const reference of ['', ' ', 'a:'])
  test(`${JSON.stringify(reference)} is no image`, () =>
    assert.throws(() => imageOf(reference), { message: /is no image/ }));

const refused = [
  [{}, /one of --image, --command and --mcp-stdio/],
  [{ image: 'a', command: 'b' }, /one of --image, --command and --mcp-stdio/],
  [{ image: 'a', cwd: '.' }, /--cwd is for a command/],
  [{ command: ' ' }, /The command is empty/],
  [{ command: 'a', cwd: '/no/such/place' }, /is no directory/],
] as const;

for (const [options, message] of refused)
  test(`${JSON.stringify(options)} is refused`, async () =>
    assert.rejects(artifactOf(options, '/'), { message }));
