/** Splits a command line into words by the quoting rules of a POSIX shell, without being one: nothing is expanded. */
import { Refusal } from '../refusal.ts';

/** What only a shell can do; as a word of its own it is surely not meant as an argument. */
const operators = new Set(['|', '||', '&', '&&', ';', '>', '>>', '<', '2>', '2>&1', '&>']);

/**
 * The words of a command line. `'…'` keeps everything; `"…"` keeps everything but a backslash before `"` or `\`;
 * outside quotes a backslash keeps the next character.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|([^])/gy;
  let word: { text: string; isQuoted: boolean } | undefined;
  const finish = (): void => {
    if (word && !word.isQuoted && operators.has(word.text)) throw noShell(word.text);
    if (word) words.push(word.text);
    word = undefined;
  };
  for (const [whole, single, double, escaped, bare, stray] of line.matchAll(pattern)) {
    if (stray !== undefined) throw unfinished(stray);
    const text = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? bare;
    if (text === undefined) finish();
    else word = { text: (word?.text ?? '') + text, isQuoted: word?.isQuoted === true || whole !== bare };
  }
  finish();
  return words;
}

function unfinished(character: string): Refusal {
  const what = character === '\\' ? 'ends with a backslash' : `has a ${character} without its partner`;
  return new Refusal(`The command line ${what}.`, { exit: 'usage' });
}

function noShell(operator: string): Refusal {
  return new Refusal(`No shell reads the command, so "${operator}" would be an argument like any other.`, {
    exit: 'usage',
    hint: `Quote it if that is meant, or name a shell: --command "sh -c '…'"`,
  });
}
