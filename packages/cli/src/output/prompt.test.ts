import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { prompt, type PromptOptions } from './prompt.ts';

const cancelled = Symbol('cancelled');

/** Reads one chunk; a cancelled one when it is told to stop. Pauses its input when it is done, as prompts do. */
async function ask({ input, signal }: PromptOptions): Promise<string | symbol> {
  const answer = once(input, 'data', { signal }).then(String, () => cancelled);
  return answer.finally(() => input.pause());
}

function terminal() {
  const stop = new AbortController();
  return { stdin: new PassThrough(), stderr: new PassThrough(), signal: stop.signal, stop };
}

test('an answer is given back, although the prompt pauses its input', async () => {
  const cli = terminal();
  cli.stdin.write('yes');
  assert.equal(await prompt(cli, ask), 'yes');
  assert.equal(cli.stdin.listenerCount('pause') + cli.stdin.listenerCount('end'), 0);
});

for (const [name, leave] of [
  ['end of the input', ({ stdin }) => stdin.end()],
  ['pause, as Ctrl-D makes one', ({ stdin }) => stdin.pause()],
  ['interruption', ({ stop }) => stop.abort()],
] satisfies [string, (cli: ReturnType<typeof terminal>) => unknown][])
  test(`the ${name} leaves no answer`, async () => {
    const cli = terminal();
    const answer = prompt(cli, ask);
    leave(cli);
    assert.equal(await answer, undefined);
  });
