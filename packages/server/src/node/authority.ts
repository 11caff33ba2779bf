/**
 * Authority: by what nodes know each other. Its key is kept in the store, so whoever can read the database is a
 * node; each start of a server gets a certificate of its own, which names the node and is never written down.
 */
import { z } from 'zod';
import type { Store } from '../store/index.ts';

/** What one node shows to another, and what it accepts. PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const pair = z.object({ cert: z.string(), key: z.string() });

const day = 86_400_000;
const life = 3650 * day;
/** Clocks of nodes may differ. */
const skew = day;

/** Makes the authority at the first start of the first node. @param now milliseconds since the epoch */
export async function issueCredentials(store: Store, nodeId: string, now: number): Promise<Credentials> {
  const { generate } = await import('selfsigned');
  const common = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - skew),
    notAfterDate: new Date(now + life),
  } as const;
  const fresh = await generate([{ name: 'commonName', value: 'Mooring nodes' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const kept = await store.meta.ensure('nodeAuthority', () =>
    JSON.stringify({ cert: fresh.cert, key: fresh.private }),
  );
  const ca = pair.parse(JSON.parse(kept));
  const leaf = await generate([{ name: 'commonName', value: nodeId }], {
    ...common,
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: nodeId }] },
    ],
  });
  return { cert: leaf.cert, key: leaf.private, ca: ca.cert };
}
