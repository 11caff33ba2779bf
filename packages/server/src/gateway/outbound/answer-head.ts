/**
 * Answer head: what stands in front of the body of a replica's answer (RFC 9112 sections 2 to 6), read strictly. What
 * two readers could take for different things is refused, so that nobody in front of the gateway can be misled.
 */

/** How the end of a body is found: so many bytes, by chunks, or with the connection. */
export type Framing = number | 'chunked' | 'close';

export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value. */
  readonly rawHeaders: string[];
  /** All lines of `Connection`. */
  readonly connection: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly framing: Framing;
  /** Milliseconds for which the replica keeps the connection. 0: it closes it. Infinity: it does not say. */
  readonly keptFor: number;
}

/** What a replica sent is no HTTP answer. */
export class GarbledAnswer extends Error {}

/** Bytes of a head or of trailers, as much as Node's own client takes. */
export const maxHeadSize = 16 * 1024;

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: (.*))?$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What may stand in no line, and ends of lines that are half of one. */
const foul = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;
const closes = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const digits = /^\d{1,15}$/;

/**
 * Throws a GarbledAnswer.
 * @param text from the status line to the last field line, without the line end behind it
 * @param asked.isHead it answers a HEAD, and so has no body
 */
export function parseAnswerHead(text: string, { isHead }: { isHead: boolean }): AnswerHead {
  if (foul.test(text)) throw new GarbledAnswer('the head holds a character that no head may hold');
  const end = text.indexOf('\r\n');
  const match = statusLine.exec(end === -1 ? text : text.slice(0, end));
  if (match === null) throw new GarbledAnswer('there is no status line');
  const rawHeaders = parseFields(end === -1 ? '' : text.slice(end + 2));
  const status = Number(match[2]);
  const said = known(rawHeaders);
  const { connection, contentType, contentEncoding } = said;
  const isCurrent = match[1] === '1';
  const hasNone = isHead || status < 200 || status === 204 || status === 304;
  if (status < 200 && !isCurrent) throw new GarbledAnswer('HTTP/1.0 has no interim answers');
  const length = framingOf(said, isCurrent);
  const framing = hasNone ? 0 : length;
  const isKept = isCurrent && framing !== 'close' && !closes.test(connection ?? '');
  const keptFor = isKept ? patienceOf(said.keepAlive) : 0;
  const reason = match[3] ?? '';
  return { status, reason, rawHeaders, connection, contentType, contentEncoding, framing, keptFor };
}

/** Lines of fields, of a head or of trailers. Throws a GarbledAnswer. */
export function parseFields(text: string): string[] {
  const fields: string[] = [];
  if (text === '') return fields;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    if (!token.test(name)) throw new GarbledAnswer('a field has no name');
    fields.push(name, trimmed(line, colon + 1));
  }
  return fields;
}

/** Throws a GarbledAnswer for trailers that hold what no field may hold. */
export function parseTrailers(text: string): string[] {
  if (foul.test(text)) throw new GarbledAnswer('a trailer holds a character that no field may hold');
  return parseFields(text);
}

/** Without spaces and tabs around it. */
function trimmed(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

interface Known {
  connection?: string;
  keepAlive?: string;
  contentType?: string;
  contentEncoding?: string;
  length?: string;
  coding?: string;
}

function known(rawHeaders: readonly string[]): Known {
  const said: Known = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] ?? '';
    switch (rawHeaders[index]?.toLowerCase()) {
      case 'connection':
        said.connection = said.connection === undefined ? value : `${said.connection}, ${value}`;
        break;
      case 'keep-alive':
        said.keepAlive = value;
        break;
      case 'content-type':
        said.contentType ??= value;
        break;
      case 'content-encoding':
        said.contentEncoding ??= value;
        break;
      case 'content-length':
        if (said.length !== undefined) throw new GarbledAnswer('the body has two lengths');
        said.length = value;
        break;
      case 'transfer-encoding':
        said.coding = said.coding === undefined ? value : `${said.coding}, ${value}`;
    }
  }
  return said;
}

/** RFC 9112 section 6.3. Nobody asked for another transfer coding than chunked. */
function framingOf({ length, coding }: Known, isCurrent: boolean): Framing {
  if (coding !== undefined) {
    if (!isCurrent || length !== undefined || coding.toLowerCase() !== 'chunked')
      throw new GarbledAnswer('the end of the body cannot be told');
    return 'chunked';
  }
  if (length === undefined) return 'close';
  if (!digits.test(length)) throw new GarbledAnswer('the length of the body is no number');
  return Number(length);
}

/** A replica that says how long it keeps the connection closes it then: it must be let go of before. */
function patienceOf(keepAlive: string | undefined): number {
  const seconds = /(?:^|,)[\t ]*timeout=(\d{1,6})(?:[\t ,]|$)/i.exec(keepAlive ?? '')?.[1];
  return seconds === undefined ? Infinity : Math.max(0, Number(seconds) * 1000 - 1000);
}
