import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './imports.ts';
import { requirements } from './requirements.ts';

/** The text of every test that says what it verifies. */
const tests = globSync(['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'test/**/*.test.ts'], {
  cwd: root,
})
  .filter((path) => !path.includes('node_modules'))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .filter((text) =>
    /import \{[^}]*\bverifies\b[^}]*\} from '(@mooring\/test\/verifies|[./]+verifies\.ts)'/.test(text),
  );

describe('every promise on the wire', () => {
  for (const { id, sentence, source } of requirements) {
    it(`${id}: ${sentence}`, () => {
      assert.match(id, /^[a-z][a-z0-9]*(:[a-z-]+){1,2}$/);
      assert.match(sentence, /^[A-Z/][^]*\.$/);
      assert.match(source, /^(RFC \d+|OCI reference|IANA|docs\/)/);
      assert.ok(
        tests.some((text) => text.includes(`'${id}'`)),
        `No test verifies ${id}. Name it with verifies('${id}', …) in the test that proves it.`,
      );
    });
  }

  it('has an id of its own', () => {
    const ids = requirements.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });
});
