/** Name: of a node, which is one start of a server. The names of earlier starts are kept in the data directory. */
import { readFile } from 'node:fs/promises';
import type { Random } from '../kit/clock.ts';
import { replaceFile } from '../kit/write-file.ts';

export interface NodeName {
  readonly id: string;
  /** Of earlier starts on the same data directory, which have ended: only one server at a time uses it. */
  readonly former: ReadonlySet<string>;
}

/** Names that are remembered. */
const most = 8;

/** A file that cannot be read names nobody. Throws when it cannot be written. */
export async function nameNode(file: string, random: Random): Promise<NodeName> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const former = text.split('\n').filter((line) => /^node-[0-9a-f]{16}$/.test(line));
  const id = `node-${Buffer.from(random(8)).toString('hex')}`;
  await replaceFile(file, `${[...former, id].slice(-most).join('\n')}\n`, 0o600);
  return { id, former: new Set(former) };
}
