import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { lines } from './lines.ts';

const source = (chunks: Uint8Array[]): ReadableStream<Uint8Array> => ReadableStream.from(chunks);

test('a text cut anywhere, even inside a character, gives the same lines', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text))),
      fc.array(fc.nat(7), { minLength: 1 }),
      async (texts, cuts) => {
        const bytes = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(''));
        const chunks: Uint8Array[] = [];
        for (let at = 0, step = 0; at < bytes.length; step += 1) {
          const size = 1 + (cuts[step % cuts.length] ?? 0);
          chunks.push(bytes.slice(at, at + size));
          at += size;
        }
        assert.deepEqual(await Array.fromAsync(lines(source(chunks))), texts);
      },
    ),
    { numRuns: 50 },
  );
});

test('CR LF ends a line and the last one needs no end', async () => {
  const bytes = new TextEncoder().encode('a\r\n\r\nb');
  assert.deepEqual(await Array.fromAsync(lines(source([bytes]))), ['a', '', 'b']);
});

test('leaving early ends the source', async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x\n')),
    cancel: () => void (cancelled = true),
  });
  for await (const _line of lines(endless)) break;
  assert.equal(cancelled, true);
});
