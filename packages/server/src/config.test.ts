import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';

const domains: [given: string, read: string | undefined][] = [
  ['apps.example.com', 'apps.example.com'],
  ['Apps.Example.COM', 'apps.example.com'],
  ['localhost', 'localhost'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['*.example.com', undefined],
  ['apps.example.com.', undefined],
  ['apps.example.com:8443', undefined],
  ['https://apps.example.com', undefined],
  ['10.0.0.1', undefined],
  ['[::1]', undefined],
  ['a..b', undefined],
  ['-a.example', undefined],
  [`${'a'.repeat(64)}.example`, undefined],
  ['', undefined],
];

for (const [given, read] of domains) {
  test(`the domain for applications "${given}" is ${read === undefined ? 'refused' : `read as ${read}`}`, () => {
    if (read === undefined) assert.throws(() => readConfig({ appsDomain: given }), /appsDomain/);
    else assert.equal(readConfig({ appsDomain: given }).appsDomain, read);
  });
}

const places: [managed: string, domain: string, isRefused: boolean][] = [
  ['https://manage.apps.example.com', 'apps.example.com', true],
  ['https://apps.example.com', 'apps.example.com', true],
  ['https://Apps.Example.com:9443', 'apps.example.com', true],
  ['https://manage.example.com', 'apps.example.com', false],
  ['https://myapps.example.com', 'apps.example.com', false],
  ['https://manage.localhost', 'localhost', true],
  ['https://localhost:9443', 'localhost', false],
];

for (const [managed, appsDomain, isRefused] of places) {
  test(`management at ${managed} is ${isRefused ? '' : 'not '}refused beside applications below ${appsDomain}`, () => {
    const read = (): unknown => readConfig({ managePublicUrl: [managed], appsDomain });
    if (isRefused) assert.throws(read, /--manage-public-url .* lies within --apps-domain/);
    else read();
  });
}
