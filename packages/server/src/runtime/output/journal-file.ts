/** The files of a journal: how a line is written, and how the last lines are read back across rotation. */
import type { LogLine } from '@mooring/contract';
import { readFile } from 'node:fs/promises';

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (stdout|stderr|platform) (.*)$/s;

/** `2026-11-22T10:00:00.000Z stdout text`, readable with any tool. */
export function formatLine(line: LogLine): string {
  return `${line.timestamp} ${line.stream} ${line.text}\n`;
}

export interface JournalFiles {
  readonly path: string;
  readonly files: number;
  readonly replicaId: string;
  /** Lines wanted, counted from the end. */
  readonly tail: number;
}

/** The last lines, oldest first. What is missing or torn is left out. */
export async function readJournal(journal: JournalFiles): Promise<LogLine[]> {
  let lines: LogLine[] = [];
  for (let age = 0; age < journal.files && lines.length < journal.tail; age++) {
    const path = age === 0 ? journal.path : `${journal.path}.${age}`;
    const text = await readFile(path, 'utf8').catch(() => '');
    lines = [...parse(text, journal.replicaId), ...lines];
  }
  return journal.tail === 0 ? [] : lines.slice(-journal.tail);
}

function parse(text: string, replicaId: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    const [, timestamp, stream, rest] = pattern.exec(line) ?? [];
    if (timestamp === undefined || rest === undefined) return [];
    if (stream !== 'stdout' && stream !== 'stderr' && stream !== 'platform') return [];
    return [{ replicaId, stream, timestamp, text: rest }];
  });
}
