import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import tls from 'node:tls';
import { developmentCertificate, readCertificate, type Certificate } from './certificate.ts';

const day = 86_400_000;
const names = ['localhost', '127.0.0.1', '::1', 'apps.example.com'];

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'mooring-certificate-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A TLS handshake of a client that trusts the authority and expects that name. */
async function handshake({ cert, key, ca }: Certificate, servername: string): Promise<boolean> {
  const server = tls.createServer({ cert, key }, (socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  const socket = tls.connect({
    port: address.port,
    host: '127.0.0.1',
    ca,
    // A server name is never an address (RFC 6066 section 3), so an address is checked as what it is.
    checkServerIdentity: (_host, peer) => tls.checkServerIdentity(servername, peer),
  });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized;
  } finally {
    socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

test('a client that trusts the authority trusts the certificate for each of its names, and for no other', async (context) => {
  const certificate = await developmentCertificate(directory(context), names, Date.now());
  for (const name of names) assert.equal(await handshake(certificate, name), true);
  await assert.rejects(handshake(certificate, 'evil.example'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('it is kept, and its keys are readable by nobody else', async (context) => {
  const path = directory(context);
  const first = await developmentCertificate(path, names, Date.now());
  assert.deepEqual(await developmentCertificate(path, names.toReversed(), Date.now()), first);
  for (const key of ['ca.key', 'server.key']) assert.equal(statSync(join(path, key)).mode & 0o777, 0o600);
});

const renewals: [why: string, change: { names?: string[]; later?: number }][] = [
  ['a name is new', { names: [...names, 'other.example.com'] }],
  ['it ends within 30 days', { later: 368 * day }],
  ['it has ended', { later: 400 * day }],
];

for (const [why, { names: wanted = names, later = 0 }] of renewals) {
  test(`when ${why} there is a new certificate of the same authority`, async (context) => {
    const path = directory(context);
    const first = await developmentCertificate(path, names, Date.now());
    const second = await developmentCertificate(path, wanted, Date.now() + later);
    assert.equal(second.ca, first.ca);
    assert.notEqual(second.cert, first.cert);
    const leaf = new X509Certificate(second.cert);
    assert.ok(Date.parse(leaf.validTo) > Date.now() + later + 300 * day);
    assert.ok(leaf.checkHost(wanted.at(-1) ?? ''));
  });
}

const damages: [what: string, damage: (path: string) => unknown][] = [
  ['the certificate is lost', (path) => rm(join(path, 'server.pem'))],
  ['its key is lost', (path) => rm(join(path, 'server.key'))],
  ['the certificate is damaged', (path) => writeFileSync(join(path, 'server.pem'), 'half a')],
  ['its key is damaged', (path) => writeFileSync(join(path, 'server.key'), 'half a')],
  [
    'the key is another one’s',
    async (path) => {
      const other = await developmentCertificate(join(path), ['other.example.com'], Date.now() + 1);
      const { key } = await developmentCertificate(path, names, Date.now());
      assert.notEqual(key, other.key);
      writeFileSync(join(path, 'server.key'), other.key);
    },
  ],
  ['the authority is lost', (path) => rm(join(path, 'ca.pem'))],
  ['the authority’s key is lost', (path) => rm(join(path, 'ca.key'))],
  ['the authority is damaged', (path) => writeFileSync(join(path, 'ca.pem'), 'half a')],
  ['the authority’s key is damaged', (path) => writeFileSync(join(path, 'ca.key'), 'half a')],
];

for (const [what, damage] of damages) {
  test(`when ${what} there is a working certificate again`, async (context) => {
    const path = directory(context);
    await developmentCertificate(path, names, Date.now());
    await damage(path);
    const certificate = await developmentCertificate(path, names, Date.now());
    assert.equal(await handshake(certificate, 'localhost'), true);
    assert.deepEqual(await developmentCertificate(path, names, Date.now()), certificate);
  });
}

const choice = { host: '127.0.0.1', publicUrl: [], managePublicUrl: [] };

test('the listeners’ names are those that it is bound to and known by', async (context) => {
  const path = directory(context);
  const { cert } = await readCertificate(
    path,
    {
      host: '192.0.2.1',
      publicUrl: ['https://apps.example.com:8443'],
      managePublicUrl: ['https://[2001:db8::1]:9443'],
    },
    Date.now(),
  );
  const leaf = new X509Certificate(cert);
  for (const host of ['localhost', 'apps.example.com']) assert.ok(leaf.checkHost(host), host);
  for (const address of ['127.0.0.1', '::1', '192.0.2.1', '2001:db8::1'])
    assert.ok(leaf.checkIP(address), address);
});

test('with a domain for applications it covers each name one level below, and is kept', async (context) => {
  const path = directory(context);
  const domain = { ...choice, appsDomain: 'apps.example.com' };
  const made = await readCertificate(path, domain, Date.now());
  const leaf = new X509Certificate(made.cert);
  assert.ok(leaf.checkHost('one.apps.example.com'));
  assert.equal(leaf.checkHost('two.one.apps.example.com'), undefined);
  assert.deepEqual(await readCertificate(path, domain, Date.now()), made);
  const bare = { ...choice, appsDomain: 'localhost' };
  const local = await readCertificate(path, bare, Date.now());
  assert.deepEqual(await readCertificate(path, bare, Date.now()), local);
});

test('the operator’s own certificate must cover the domain for applications', async (context) => {
  const path = directory(context);
  await developmentCertificate(path, ['*.apps.example.com'], Date.now());
  const own = { ...choice, tlsCert: join(path, 'server.pem'), tlsKey: join(path, 'server.key') };
  await readCertificate(path, { ...own, appsDomain: 'apps.example.com' }, Date.now());
  await assert.rejects(readCertificate(path, { ...own, appsDomain: 'other.example.com' }, Date.now()), {
    message: /--tls-cert does not cover \*\.other\.example\.com/,
  });
});

test('the operator’s own certificate is taken as it is', async (context) => {
  const path = directory(context);
  writeFileSync(join(path, 'my.pem'), 'certificate');
  writeFileSync(join(path, 'my.key'), 'key');
  const own = { tlsCert: join(path, 'my.pem'), tlsKey: join(path, 'my.key') };
  assert.deepEqual(await readCertificate(path, { ...choice, ...own }, Date.now()), {
    cert: 'certificate',
    key: 'key',
  });
});

test('a file that cannot be read is named with its flag', async (context) => {
  const path = directory(context);
  writeFileSync(join(path, 'my.pem'), 'certificate');
  const tlsKey = join(path, 'nowhere.key');
  await assert.rejects(
    readCertificate(path, { ...choice, tlsCert: join(path, 'my.pem'), tlsKey }, Date.now()),
    (error) =>
      error instanceof Error && error.message.includes(tlsKey) && error.message.includes('--tls-key'),
  );
});
