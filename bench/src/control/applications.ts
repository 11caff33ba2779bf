/** The management API of a running server, as a client sees it: plain HTTP on connections that are kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientCredentials, type TokenSource } from '@mooring/client';
import { paths, profile } from '@mooring/contract';
import { ownDomain } from '../deployed.ts';

export interface Applications {
  /** Creates applications with these names, so many at a time; resolves when all are ACTIVE. */
  create(names: readonly string[], options: { parallel: number }): Promise<void>;
  /** Fetches page after page, of so many items each. Returns how many items and pages there were. */
  walk(options: { limit: number }): Promise<{ items: number; pages: number }>;
}

export interface Door {
  readonly port: number;
  readonly dataDir: string;
  readonly signal: AbortSignal;
}

export async function openApplications({ port, dataDir, signal }: Door): Promise<Applications> {
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const base = `http://localhost:${port}`;
  const token = clientCredentials({ ...known, tokenUrl: `${base}/identity/oauth2/v1/token`, fetch });
  const call = caller({ url: `${base}${paths.management}/hostedApplications`, token, signal });
  const { compartmentId } = known;
  const domainUrl = known.tokenUrl.replace(/\/oauth2\/.*/, '');
  const list = (query: Record<string, string>): Promise<Answer> =>
    call(`?${new URLSearchParams({ compartmentId, ...query }).toString()}`);
  return {
    create: async (names, { parallel }) => {
      const left = [...names];
      const worker = async (): Promise<void> => {
        for (let name = left.pop(); name !== undefined; name = left.pop())
          await call('', { compartmentId, displayName: name, inboundAuthConfig: ownDomain(domainUrl, name) });
      };
      await Promise.all(Array.from({ length: parallel }, worker));
      while ((await list({ lifecycleState: 'CREATING', limit: '1' })).items > 0) {}
    },
    walk: async ({ limit }) => {
      let items = 0;
      for (let pages = 1, page: string | undefined; ; pages += 1) {
        const answer = await list({ limit: String(limit), ...(page === undefined ? {} : { page }) });
        items += answer.items;
        page = answer.next;
        if (page === undefined) return { items, pages };
      }
    },
  };
}

interface Answer {
  readonly items: number;
  /** The next page. */
  readonly next: string | undefined;
}

interface Called {
  readonly url: string;
  readonly token: TokenSource;
  readonly signal: AbortSignal;
}

function caller({ url, token, signal }: Called): (query: string, body?: object) => Promise<Answer> {
  return async (query, body) => {
    const answer = await fetch(url + query, {
      signal,
      headers: { authorization: `Bearer ${await token({ signal })}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the management API answered ${answer.status}: ${text}`);
    const { items = [] }: { items?: unknown[] } = JSON.parse(text);
    return { items: items.length, next: answer.headers.get('opc-next-page') ?? undefined };
  };
}
