/**
 * A development certificate: an authority of this directory alone, and a server certificate that it signed. The
 * authority is made once and kept; the certificate is made anew when it lacks a name or is about to end.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** PEM of the authority that clients have to trust. */
  readonly ca: string;
}

export interface CertificateChoice {
  /** Address that the listener binds. */
  readonly host: string;
  /** URLs whose host names the certificate has to cover as well. */
  readonly publicUrl: readonly string[];
  readonly managePublicUrl: readonly string[];
  /** Every name one level below it has to be covered as well. */
  readonly appsDomain?: string | undefined;
  /** PEM files of the operator's own certificate; absent: a development certificate in `directory`. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** The operator's certificate, or a development one. Throws an Error that names the file that cannot be read. */
export async function readCertificate(
  directory: string,
  choice: CertificateChoice,
  now: number,
): Promise<{ cert: string; key: string; ca?: string }> {
  const { tlsCert, tlsKey, appsDomain } = choice;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    const cert = await readPem(tlsCert, '--tls-cert');
    if (takesWildcard(appsDomain)) requireWildcard(cert, tlsCert, appsDomain);
    return { cert, key: await readPem(tlsKey, '--tls-key') };
  }
  const hosts = [...choice.publicUrl, ...choice.managePublicUrl].map((url) =>
    new URL(url).hostname.replace(/^\[|\]$/g, ''),
  );
  const wildcard = takesWildcard(appsDomain) ? [`*.${appsDomain}`] : [];
  const bound = ['0.0.0.0', '::'].includes(choice.host) ? [] : [choice.host];
  return await developmentCertificate(
    directory,
    [...new Set(['localhost', '127.0.0.1', '::1', ...bound, ...hosts, ...wildcard])],
    now,
  );
}

/** Clients accept no wildcard below a name without a dot, such as localhost. */
const takesWildcard = (appsDomain: string | undefined): appsDomain is string =>
  appsDomain?.includes('.') === true;

/** Throws an Error when clients would not take the certificate for the host names of applications. */
function requireWildcard(cert: string, path: string, appsDomain: string): void {
  if (new X509Certificate(cert).checkHost(`any.${appsDomain}`) !== undefined) return;
  throw new Error(
    `The certificate ${path} of --tls-cert does not cover *.${appsDomain}, the host names of applications (--apps-domain). Give one that does, or leave --apps-domain out.`,
  );
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`The file ${path} of ${flag} cannot be read.`, { cause });
  }
}

const day = 86_400_000;
const caLife = 3650 * day;
/** Some clients refuse certificates that live longer (398 days). */
const leafLife = 397 * day;
const renewBefore = 30 * day;

/** Files in `directory`: ca.pem, ca.key, server.pem, server.key. Names are host names and addresses. */
export async function developmentCertificate(
  directory: string,
  names: readonly string[],
  now: number,
): Promise<Certificate> {
  const ca = (await read(directory, 'ca')) ?? (await makeCa(directory, now));
  const kept = await read(directory, 'server');
  const leaf =
    kept !== undefined && serves(kept.cert, ca.cert, { names, now })
      ? kept
      : await makeLeaf(directory, { ca, names, now });
  return { cert: `${leaf.cert}\n${ca.cert}`, key: leaf.key, ca: ca.cert };
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Undefined when one of the two is missing or damaged, or they do not belong together. */
async function read(directory: string, name: string): Promise<Pair | undefined> {
  try {
    const cert = await readFile(join(directory, `${name}.pem`), 'utf8');
    const key = await readFile(join(directory, `${name}.key`), 'utf8');
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

async function write(directory: string, name: string, pair: Pair): Promise<Pair> {
  await writeFile(join(directory, `${name}.key`), pair.key, { mode: 0o600 });
  await writeFile(join(directory, `${name}.pem`), pair.cert, { mode: 0o644 });
  return pair;
}

function serves(
  cert: string,
  ca: string,
  { names, now }: { names: readonly string[]; now: number },
): boolean {
  const leaf = new X509Certificate(cert);
  const covered = names.every(
    (name) =>
      (isIP(name) === 0 ? leaf.checkHost(name.replace(/^\*/, 'any')) : leaf.checkIP(name)) !== undefined,
  );
  return (
    covered && leaf.verify(new X509Certificate(ca).publicKey) && Date.parse(leaf.validTo) - now > renewBefore
  );
}

async function makeCa(directory: string, now: number): Promise<Pair> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'Mooring development authority' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + caLife),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return await write(directory, 'ca', { cert: made.cert, key: made.private });
}

interface LeafOptions {
  readonly ca: Pair;
  readonly names: readonly string[];
  readonly now: number;
}

async function makeLeaf(directory: string, { ca, names, now }: LeafOptions): Promise<Pair> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + leafLife),
    ca: { cert: ca.cert, key: ca.key },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return await write(directory, 'server', { cert: made.cert, key: made.private });
}
