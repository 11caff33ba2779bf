/** Upgrade reader: what a replica answers to a WebSocket handshake (RFC 6455 section 4.2.2), whatever its pieces. */
import { isNamed } from '../header-name.ts';
import { GarbledAnswer, maxHeadSize, parseAnswerHead } from './answer-head.ts';

export interface UpgradeAnswer {
  /** 101, or whatever the replica refused with. */
  readonly status: number;
  /** Name, value, name, value. */
  readonly rawHeaders: readonly string[];
  /** Of these headers all lines, joined with commas. */
  readonly connection: string | undefined;
  readonly upgrade: string | undefined;
  readonly accept: string | undefined;
  readonly subprotocol: string | undefined;
  readonly extensions: string | undefined;
}

const headEnd = '\r\n\r\n';
const none = Buffer.alloc(0);

export class UpgradeReader {
  /** What came behind the answer. */
  rest: Buffer = none;
  /** A head that is not whole yet. */
  #early: Buffer = none;

  /** Undefined: it is not whole yet. Keeps nothing of the bytes. Throws a GarbledAnswer. */
  read(bytes: Buffer): UpgradeAnswer | undefined {
    let all = this.#early.length === 0 ? bytes : Buffer.concat([this.#early, bytes]);
    for (;;) {
      const end = all.indexOf(headEnd, 0, 'latin1');
      if ((end === -1 ? all.length : end) > maxHeadSize) throw new GarbledAnswer('the head is too long');
      if (end === -1) break;
      const answer = parse(all.toString('latin1', 0, end));
      all = all.subarray(end + headEnd.length);
      if (!isInterim(answer)) {
        if (all.length > 0) this.rest = Buffer.from(all);
        return answer;
      }
    }
    this.#early = Buffer.from(all);
    return undefined;
  }
}

const isInterim = ({ status }: UpgradeAnswer): boolean => status < 200 && status !== 101;

function parse(text: string): UpgradeAnswer {
  const { status, rawHeaders, connection } = parseAnswerHead(text, { isHead: false });
  return {
    status,
    rawHeaders,
    connection,
    upgrade: lineOf(rawHeaders, 'upgrade'),
    accept: lineOf(rawHeaders, 'sec-websocket-accept'),
    subprotocol: lineOf(rawHeaders, 'sec-websocket-protocol'),
    extensions: lineOf(rawHeaders, 'sec-websocket-extensions'),
  };
}

/** All lines of a header. Undefined: there is none. */
function lineOf(rawHeaders: readonly string[], name: string): string | undefined {
  let line: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (!isNamed(rawHeaders[index], name)) continue;
    const value = rawHeaders[index + 1] ?? '';
    line = line === undefined ? value : `${line}, ${value}`;
  }
  return line;
}
