/**
 * The frame scanner: a pure state machine over the chunks of one direction (RFC 6455 section 5). It reads headers
 * only: it finds frame boundaries, validates, counts, and picks out the answer to our own ping. Data payload is
 * never copied or unmasked, wherever the stream is cut. A frame header and a control frame leave the scanner whole or
 * not at all, so whoever writes the pieces on knows that between two scans the stream stands either at a boundary or
 * inside a data frame.
 */
import { isUtf8 } from 'node:buffer';
import { closeCodes } from '@mooring/contract';
import { opcodes } from './frame.ts';
import { lackOf, readHeader, type Header } from './frame-header.ts';

export interface ScanOptions {
  /** Frames of a client are masked, those of a replica are not. */
  readonly masked: boolean;
  /** Largest message on the wire, in bytes, its fragments added up. */
  readonly maxMessageBytes: number;
  /** Fragments that a message may come in. */
  readonly maxFragments: number;
  /** True when permessage-deflate was negotiated: RSV1 may be set on a message's first frame (RFC 7692). */
  readonly deflate: boolean;
}

export interface Violation {
  readonly code: typeof closeCodes.protocolError | typeof closeCodes.messageTooBig;
  readonly reason: string;
}

const RSV1 = 4;
const nothing = Buffer.alloc(0);
/** The header that is looked at: for no longer than a look lasts, so that one serves all scanners of a thread. */
const header: Header = { fin: false, opcode: 0, rsv: 0, length: 0, size: 0, masked: false };

export class Scanner {
  /** Complete data messages that went through. */
  messages = 0;
  /** Control frames that came. */
  controls = 0;
  /** At so many messages, or control frames, it rests: the next frame waits until they may be more (`proceed`). */
  maxMessages = Infinity;
  maxControls = Infinity;
  /** Bytes that went through. */
  bytes = 0;
  /** The close code of the peer's close frame, once one went through; 1005 when it carried none. */
  closed: number | undefined;
  /** Set on the first violation; nothing is passed on any more. */
  violation: Violation | undefined;
  /** Of the other direction: where a ping that goes through here is answered. */
  other: Scanner | undefined;
  /** Payload of the latest ping of the other end that this peer has not yet answered. */
  owed: Buffer | undefined;
  /**
   * Set to let nothing through behind the frame that is under way: a close of ours waits for its end. What follows is
   * still looked at, for the answer to that close.
   */
  stopping = false;
  /** Payload of our own pings to this peer: unguessable, so a pong that carries it answers us and goes no further. */
  ownPing: Buffer | undefined;

  readonly #masked: boolean;
  readonly #maxMessageBytes: number;
  readonly #maxFragments: number;
  readonly #deflate: boolean;
  /** The beginning of a frame. */
  #held: Buffer = nothing;
  /** What came while it rests. */
  #waiting: Buffer = nothing;
  /** The frame behind which nothing goes through has ended. */
  #isMute = false;
  /** Payload bytes of the current data frame that are still to come. */
  #remaining = 0;
  /** Inside a fragmented message. */
  #fragmented = false;
  #lastFragment = false;
  #messageBytes = 0;
  #fragments = 0;

  constructor({ masked, maxMessageBytes, maxFragments, deflate }: ScanOptions) {
    this.#masked = masked;
    this.#maxMessageBytes = maxMessageBytes;
    this.#maxFragments = maxFragments;
    this.#deflate = deflate;
  }

  /** True when a frame of ours may follow what was passed on so far. */
  get atBoundary(): boolean {
    return this.#remaining === 0;
  }

  /** True when the next frame has to wait. */
  get isResting(): boolean {
    return this.messages >= this.maxMessages || this.controls >= this.maxControls;
  }

  /** Takes the next chunk and hands every piece that may go on to `pass`, in order. Pieces are views, not copies. */
  scan(chunk: Buffer, pass: (piece: Buffer) => void): void {
    if (this.#waiting.length > 0) {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      return;
    }
    const rest = this.#held.length === 0 ? chunk : this.#complete(chunk, pass);
    if (rest.length > 0) this.#walk(rest, pass);
  }

  /** Goes on with what had to wait, as far as it may now. */
  proceed(pass: (piece: Buffer) => void): void {
    const waiting = this.#waiting;
    this.#waiting = nothing;
    this.#walk(waiting, pass);
  }

  /** Adds to what is held what it lacks to go on, and no more. Returns the rest of the chunk. */
  #complete(chunk: Buffer, pass: (piece: Buffer) => void): Buffer {
    let held = this.#held;
    let taken = 0;
    for (let lack = lackOf(held); lack > 0 && taken < chunk.length; lack = lackOf(held)) {
      held = Buffer.concat([held, chunk.subarray(taken, taken + lack)]);
      taken = Math.min(taken + lack, chunk.length);
    }
    this.#held = nothing;
    this.#walk(held, pass);
    return chunk.subarray(taken);
  }

  #walk(data: Buffer, pass: (piece: Buffer) => void): void {
    if (this.#isOver) return;
    let start = 0;
    let position = this.#payload(0, data.length);
    if (this.stopping && this.atBoundary) {
      this.#pass(data, start, position, pass);
      start = position;
      this.#isMute = true;
    }
    while (position < data.length && !this.#isOver && !this.isResting) {
      const next = this.#frame(data, position);
      if (next === undefined) break;
      if (next < 0) {
        this.#pass(data, start, position, pass);
        position = -next;
        start = position;
        continue;
      }
      position = next;
    }
    this.#pass(data, start, position, pass);
    if (this.#isOver || position === data.length) return;
    const rest = Buffer.from(data.subarray(position));
    if (this.isResting) this.#waiting = rest;
    else this.#held = rest;
  }

  /** Nothing may follow a close frame (RFC 6455 section 5.5.1), and nothing is made of what follows a violation. */
  get #isOver(): boolean {
    return this.violation !== undefined || this.closed !== undefined;
  }

  #pass(data: Buffer, start: number, end: number, pass: (piece: Buffer) => void): void {
    if (end <= start || this.#isMute) return;
    this.bytes += end - start;
    pass(start === 0 && end === data.length ? data : data.subarray(start, end));
  }

  /**
   * Reads the frame that begins at `position`. Returns the position behind what may be passed on; its negative when
   * that frame is to be left out; undefined when the frame is not yet all there, or is a violation.
   */
  #frame(data: Buffer, position: number): number | undefined {
    if (!readHeader(data, position, header)) return undefined;
    const complaint = this.#validate();
    if (complaint !== undefined) return this.#refuse(closeCodes.protocolError, complaint);
    if (header.opcode >= opcodes.close) return this.#control(data, position);
    const total = (header.opcode === opcodes.continuation ? this.#messageBytes : 0) + header.length;
    const limit = this.#maxMessageBytes;
    if (total > limit) {
      return this.#refuse(
        closeCodes.messageTooBig,
        `message of ${total} bytes or more; the limit is ${limit} bytes`,
      );
    }
    this.#fragments = header.opcode === opcodes.continuation ? this.#fragments + 1 : 1;
    if (this.#fragments > this.#maxFragments)
      return this.#refuse(closeCodes.messageTooBig, `message of more than ${this.#maxFragments} fragments`);
    this.#messageBytes = total;
    this.#fragmented = !header.fin;
    this.#lastFragment = header.fin;
    this.#remaining = header.length;
    const body = position + header.size;
    if (header.length === 0) this.#finishFrame();
    return this.#payload(body, data.length);
  }

  /** Passes over payload of the current data frame. Returns the position behind it. */
  #payload(position: number, end: number): number {
    if (this.#remaining === 0) return position;
    const taken = Math.min(this.#remaining, end - position);
    this.#remaining -= taken;
    if (this.#remaining === 0) this.#finishFrame();
    return position + taken;
  }

  #finishFrame(): void {
    if (this.#lastFragment) this.messages += 1;
  }

  #validate(): string | undefined {
    if (header.masked !== this.#masked) {
      return header.masked ? 'a server frame must not be masked' : 'a client frame must be masked';
    }
    if (header.length === -1) return 'a length must use the shortest encoding, and no more than 63 bits';
    if (header.opcode >= opcodes.close) return validateControl();
    if (header.opcode > opcodes.binary) return `unknown opcode ${header.opcode}`;
    if (header.opcode === opcodes.continuation) {
      if (!this.#fragmented) return 'a continuation without a message';
      return header.rsv === 0 ? undefined : 'reserved bits on a continuation';
    }
    if (this.#fragmented) return 'a new message inside a fragmented one';
    if (header.rsv === 0 || (header.rsv === RSV1 && this.#deflate)) return undefined;
    return 'reserved bits that were not negotiated';
  }

  #control(data: Buffer, position: number): number | undefined {
    const { size, length, opcode } = header;
    const end = position + size + length;
    if (end > data.length) return undefined;
    this.controls += 1;
    if (opcode === opcodes.ping && this.other) this.other.owed = this.#unmask(data, position + size, end);
    if (opcode === opcodes.pong) return this.#answersUs(data, position + size, end) ? -end : end;
    if (opcode === opcodes.close) return this.#close(data, position + size, end);
    return end;
  }

  #answersUs(data: Buffer, start: number, end: number): boolean {
    const payload = this.#unmask(data, start, end);
    if (this.ownPing?.equals(payload)) return true;
    if (this.owed?.equals(payload)) this.owed = undefined;
    return false;
  }

  #close(data: Buffer, start: number, end: number): number | undefined {
    const payload = this.#unmask(data, start, end);
    if (payload.length === 1) return this.#refuse(closeCodes.protocolError, 'a close frame of one byte');
    const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0);
    if (payload.length > 0 && !isSendable(code))
      return this.#refuse(closeCodes.protocolError, `close code ${code}`);
    if (!isUtf8(payload.subarray(2)))
      return this.#refuse(closeCodes.protocolError, 'a close reason that is not UTF-8');
    this.closed = code;
    return end;
  }

  /** A small control payload as its sender meant it. The mask stands right before it. */
  #unmask(data: Buffer, start: number, end: number): Buffer {
    const payload = Buffer.from(data.subarray(start, end));
    if (!this.#masked) return payload;
    for (let index = 0; index < payload.length; index += 1) {
      payload[index] = (payload[index] ?? 0) ^ (data[start - 4 + (index & 3)] ?? 0);
    }
    return payload;
  }

  #refuse(code: Violation['code'], reason: string): undefined {
    this.violation = { code, reason };
    return undefined;
  }
}

function validateControl(): string | undefined {
  if (header.opcode > opcodes.pong) return `unknown opcode ${header.opcode}`;
  if (header.rsv !== 0) return 'reserved bits on a control frame';
  if (!header.fin) return 'a fragmented control frame';
  return header.length > 125 ? 'a control frame of more than 125 bytes' : undefined;
}

/** Codes that may stand in a close frame (RFC 6455 section 7.4 and the IANA registry). */
function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
