import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Terminal } from '../terminal.ts';
import { startProgress } from './progress.ts';

interface Screen {
  readonly terminal: Terminal;
  readonly stderr: PassThrough;
}

function screen(columns: number | undefined): Screen {
  const stderr = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns }),
  });
  const none = new AbortController().signal;
  const stdin = new PassThrough();
  const rest = { cwd: '/', elapsed: () => 0, interrupted: none, outputGone: none };
  return { stderr, terminal: { stdin, stdout: stdin, stderr, env: { NO_COLOR: '1' }, ...rest } };
}

test('without a terminal every step is a line of its own, once', async () => {
  const { terminal, stderr } = screen(undefined);
  using progress = startProgress(terminal, 'Deploying');
  for (const step of ['starting', 'starting', 'probing']) progress.step(step);
  progress.done('It serves');
  stderr.end();
  assert.equal(await text(stderr), 'Deploying\nstarting\nprobing\nIt serves\n');
});

test('a terminal that does not know its width gets lines, too', async () => {
  const { terminal, stderr } = screen(0);
  startProgress(terminal, 'Deploying').done('It serves');
  stderr.end();
  assert.equal(await text(stderr), 'Deploying\nIt serves\n');
});

test('on a terminal one line is redrawn, as wide as it fits, without what could move the cursor', async () => {
  const { terminal, stderr } = screen(20);
  startProgress(terminal, 'Deploying').done('a\u001b[2Jb and a good deal more than fits');
  stderr.end();
  assert.equal(await text(stderr), '\r\u001b[2K/ Deploying\r\u001b[2K* a\\x1b[2Jb and a g\n');
});

test('what is given up ends its line once and turns no more', async () => {
  const { terminal, stderr } = screen(80);
  const progress = startProgress(terminal, 'Deploying');
  progress[Symbol.dispose]();
  progress[Symbol.dispose]();
  stderr.end();
  assert.equal(await text(stderr), '\r\u001b[2K/ Deploying\n');
});
