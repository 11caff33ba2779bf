import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tell } from './story.ts';

const story = {
  what: 'The replica exited with code 127 before it was ready.',
  url: 'http://127.0.0.1:0/ready',
  lastProbe: undefined,
  listensAt: [],
  mustListenOn: '0.0.0.0:8080',
  output: ['no such file'],
};
const end = ['Last output:', '  no such file'];
const refused = { good: false, connected: false, said: 'connection refused' };

const cases = [
  { name: 'was never probed: no address is told', parts: {}, middle: [] },
  {
    name: 'was probed: the last answer is told',
    parts: { url: 'http://10.0.0.2:8080/ready', lastProbe: refused },
    middle: ['GET http://10.0.0.2:8080/ready: connection refused.'],
  },
  {
    name: 'listens elsewhere: it is told where it must',
    parts: { listensAt: ['127.0.0.1:8080'] },
    middle: ['It listens on 127.0.0.1:8080, but must listen on 0.0.0.0:8080.'],
  },
];

for (const { name, parts, middle } of cases)
  test(`of a replica that ${name}`, () => {
    assert.equal(tell({ ...story, ...parts }), [story.what, ...middle, ...end].join('\n'));
  });

test('of a replica that wrote nothing says so', () => {
  assert.equal(tell({ ...story, output: [] }), `${story.what}\nIt wrote nothing.`);
});
