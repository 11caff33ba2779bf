/**
 * Target: the path and query of a request line, taken as bytes and never normalised. What two parsers could
 * read differently (dot segments, encoded slashes and dots, NUL, absolute form) is refused, so the gateway and
 * the replica always see the same path (RFC 9112 section 3.2, RFC 3986 section 3.3).
 */
import { Problem } from '@mooring/contract';
import { Lru } from '../kit/lru.ts';

export interface Target {
  /** Starts with `/`, exactly as it came. */
  readonly path: string;
  /** Empty, or starts with `?`, exactly as it came. */
  readonly query: string;
}

/** Characters of a request target (RFC 3986 pchar, `/`, `?` and the few that browsers send raw). */
const allowed = /^[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7c\x7e%&'"<>{}^`]*$/;
const brokenEscape = /%(?![0-9a-f]{2})/i;
/** Dot, slash, backslash, NUL and control characters, encoded once or twice. */
const hiddenEscape = /%(25)*(2e|2f|5c|7f|[01][0-9a-f])/i;
const dotSegment = /(^|\/)\.{1,2}(\/|$)/;

/** Targets without a query that are remembered, and the longest one of them: the same few come again and again. */
const remembered = 1000;
const longest = 256;

const known = new Lru<string, Target>(remembered);

/** Splits a raw request target. Throws a Problem (InvalidParameter) that names what is wrong with it. */
export function parseTarget(raw: string): Target {
  const kept = known.get(raw);
  if (kept !== undefined) return kept;
  const target = parse(raw);
  if (target.query === '' && raw.length <= longest) known.set(raw, target);
  return target;
}

function parse(raw: string): Target {
  if (!raw.startsWith('/')) throw bad('must be a path that starts with "/"');
  if (raw.startsWith('//')) throw bad('must not start with "//"');
  if (!allowed.test(raw)) throw bad('holds a character that must be percent-encoded');
  const question = raw.indexOf('?');
  const path = question === -1 ? raw : raw.slice(0, question);
  const query = question === -1 ? '' : raw.slice(question);
  checkPath(path);
  return { path, query };
}

function checkPath(path: string): void {
  if (brokenEscape.test(path)) throw bad('holds a "%" that is not followed by two hexadecimal digits');
  if (hiddenEscape.test(path)) throw bad('holds an encoded dot, slash, backslash or control character');
  if (dotSegment.test(path)) throw bad('holds a "." or ".." segment');
}

function bad(what: string): Problem {
  return new Problem('InvalidParameter', `The request target ${what}.`);
}
