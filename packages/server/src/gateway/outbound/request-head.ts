/** Request head: the first lines of a request to a replica, as they go out (RFC 9112 section 3). */

/** What may stand in no line of a head. */
const foul = /[^\t\x20-\x7e\x80-\xff]/;

export interface RequestLine {
  readonly method: string;
  /** As it is asked for, with its query. */
  readonly path: string;
}

/**
 * With the empty line behind it, one character a byte. Throws a TypeError for what would end a line.
 * @param more further lines, as `fieldLines` makes them. Default: none
 */
export function requestHead({ method, path }: RequestLine, headers: readonly string[], more = ''): string {
  if (foul.test(method) || foul.test(path))
    throw new TypeError('a request line holds a character that none may hold');
  return `${method} ${path} HTTP/1.1\r\n${fieldLines(headers)}${more}\r\n`;
}

/** Throws a TypeError for what would end a line. @param fields name, value, name, value */
export function fieldLines(fields: readonly string[]): string {
  let lines = '';
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? '';
    const value = fields[index + 1] ?? '';
    if (foul.test(name) || foul.test(value))
      throw new TypeError('a field holds a character that none may hold');
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}
