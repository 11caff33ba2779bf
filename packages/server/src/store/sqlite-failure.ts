/** What an operator is to do when SQLite fails, by its primary result code (https://sqlite.org/rescode.html). */

/** Primary result codes. */
const advice: ReadonlyMap<number, string> = new Map([
  [5, 'another program holds it; end that program, and start again'],
  [8, 'it cannot be written; give the user that runs this server write access to it and to its folder'],
  [10, 'its disk failed to read or write; the log of the operating system says more'],
  [11, 'it is damaged; restore a backup'],
  [13, 'its disk is full; free some space, and start again: nothing that was acknowledged is lost'],
  [14, 'it cannot be opened; give the user that runs this server access to it and to its folder'],
  [26, 'it is no SQLite database; restore a backup, or choose another with --data-dir'],
]);

/** What to do, with the reason before it; nothing for what is not a failure of SQLite. */
export function sqliteAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  // The higher bits of an extended code say more than anybody could act on.
  return advice.get(error.errcode & 0xff) ?? error.message;
}
