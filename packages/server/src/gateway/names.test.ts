import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { createNames } from './names.ts';

const names = createNames({
  publicUrls: ['https://Apps.Example.com/', 'https://second.example:8443'],
  localUrls: ['https://localhost:8443', 'http://localhost:8080'],
  trustedProxies: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8'],
});

const hosts: [host: string, known: boolean][] = [
  ['apps.example.com', true],
  ['APPS.EXAMPLE.COM', true],
  ['apps.example.com:443', true],
  ['apps.example.com:1', true],
  ['second.example', true],
  ['localhost', true],
  ['localhost:8080', true],
  ['127.0.0.1:8080', true],
  ['203.0.113.9', true],
  ['[::1]:8080', true],
  ['[2001:db8::1]', true],
  ['', false],
  ['evil.example', false],
  ['localhost.evil.example', false],
  ['apps.example.com.', false],
  ['apps.example.com.evil.example', false],
  ['evilapps.example.com', false],
  ['apps.example.com:', false],
  ['apps.example.com:99999999', false],
  ['apps.example.com@evil.example', false],
  ['apps.example.com, evil.example', false],
  ['apps.example.com/x', false],
  ['127.0.0.1.evil.example', false],
  ['[::1', false],
  ['::1', false],
  ['[not:an:address]', false],
];

for (const [host, known] of hosts) {
  test(verifies('listener:names', `a Host of "${host}" is ${known ? 'ours' : 'not ours'}`), () => {
    assert.equal(names.knows(host), known);
  });
}

const addresses: [address: string, trusted: boolean][] = [
  ['10.1.2.3', true],
  ['192.168.1.7', true],
  ['::ffff:10.1.2.3', true],
  ['fd12::1', true],
  ['192.168.1.8', false],
  ['11.0.0.1', false],
  ['127.0.0.1', false],
  ['fe80::1', false],
  ['', false],
  ['not an address', false],
];

for (const [address, trusted] of addresses) {
  test(verifies('listener:forwarded', `"${address}" is ${trusted ? 'a' : 'no'} trusted proxy`), () => {
    assert.equal(names.trusts(address), trusted);
  });
}

test('nobody is trusted unless it is said', () => {
  const strict = createNames({ publicUrls: [], localUrls: ['http://localhost:8080'], trustedProxies: [] });
  assert.equal(strict.trusts('127.0.0.1'), false);
});

const bases: [proto: string, host: string, base: string][] = [
  ['https', 'localhost:8443', 'https://localhost:8443'],
  ['http', 'localhost:8080', 'http://localhost:8080'],
  ['https', 'apps.example.com', 'https://apps.example.com'],
  ['http', 'apps.example.com', 'https://Apps.Example.com'],
  ['http', '203.0.113.9:8080', 'https://Apps.Example.com'],
];

for (const [proto, host, base] of bases) {
  test(`a client at ${proto}://${host} is told ${base}`, () => {
    assert.equal(names.baseFor({ proto, host }), base);
  });
}

test('a network that cannot be read, and no URL at all, are mistakes', () => {
  for (const network of ['10.0.0.0/99', 'proxy.example', '']) {
    assert.throws(
      () => createNames({ publicUrls: [], localUrls: ['http://localhost'], trustedProxies: [network] }),
      TypeError,
    );
  }
  assert.throws(() => createNames({ publicUrls: [], localUrls: [], trustedProxies: [] }), TypeError);
});

const withDomain = createNames({
  publicUrls: ['https://apps.example.com/', 'https://www.apps.example.com:444'],
  localUrls: ['https://localhost:8443', 'http://localhost:8080'],
  trustedProxies: [],
  appsDomain: 'apps.example.com',
});

const labels: [host: string, label: string | undefined, known: boolean][] = [
  ['one.apps.example.com', 'one', true],
  ['One.APPS.example.com:8443', 'one', true],
  ['a-1.apps.example.com:1', 'a-1', true],
  ['apps.example.com', undefined, true],
  ['www.apps.example.com', undefined, true],
  ['localhost', undefined, true],
  ['127.0.0.1', undefined, true],
  ['one.apps.example.com.', undefined, false],
  ['two.one.apps.example.com', undefined, false],
  ['.apps.example.com', undefined, false],
  ['-one.apps.example.com', undefined, false],
  ['o_e.apps.example.com', undefined, false],
  [`${'a'.repeat(64)}.apps.example.com`, undefined, false],
  ['oneapps.example.com', undefined, false],
  ['one.apps.example.com.evil.example', undefined, false],
  ['one.localhost', undefined, false],
];

for (const [host, label, known] of labels) {
  test(verifies(['host:own', 'listener:names'], `a Host of "${host}" has the label ${label}`), () => {
    assert.equal(withDomain.labelOf(host), label);
    assert.equal(withDomain.knows(host), known);
    assert.equal(names.labelOf(host), undefined);
  });
}

test(verifies('host:resource', 'an application has an origin of its own for each name with TLS'), () => {
  const own = 'https://one.apps.example.com';
  assert.deepEqual(withDomain.originsOf('ocid1.kind.place.here.one'), [own, `${own}:444`, `${own}:8443`]);
  assert.deepEqual(names.originsOf('ocid1.kind.place.here.one'), []);
  for (const [proto, host, base] of [
    ['https', 'One.apps.example.com:8443', `${own}:8443`],
    ['https', 'one.apps.example.com', own],
    ['http', 'one.apps.example.com:8080', own],
  ] as const)
    assert.equal(withDomain.baseFor({ proto, host }), base);
});

test(verifies('host:resource', 'below localhost it has one without TLS as well'), () => {
  const local = createNames({
    publicUrls: [],
    localUrls: ['https://localhost:8443', 'http://localhost:8080'],
    trustedProxies: [],
    appsDomain: 'localhost',
  });
  assert.deepEqual(local.originsOf('one'), ['https://one.localhost:8443', 'http://one.localhost:8080']);
  assert.equal(local.labelOf('one.localhost:8080'), 'one');
  assert.equal(local.labelOf('localhost'), undefined);
});
