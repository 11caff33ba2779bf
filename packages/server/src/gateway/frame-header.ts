/** The header of a frame as it stands on the wire (RFC 6455 section 5.2): its fields, and how long it is. */
import { opcodes } from './frame.ts';

/** A header as it stands in the stream. */
export interface Header {
  fin: boolean;
  opcode: number;
  rsv: number;
  /** Of the payload; -1 when it is written as none may be: a shorter form would have done, or it is negative. */
  length: number;
  /** Bytes of the header itself, mask included. */
  size: number;
  masked: boolean;
}

/** Reads the header that stands at `position` into `header`. False when it is not all there; then that is of no use. */
export function readHeader(data: Buffer, position: number, header: Header): boolean {
  const available = data.length - position;
  if (available < 2) return false;
  const first = data[position] ?? 0;
  const second = data[position + 1] ?? 0;
  const short = second & 0x7f;
  header.fin = (first & 0x80) !== 0;
  header.opcode = first & 0x0f;
  header.rsv = (first >> 4) & 7;
  header.masked = (second & 0x80) !== 0;
  header.size = 2 + extendedSize(short) + (header.masked ? 4 : 0);
  header.length = short;
  if (available < header.size) return false;
  if (short === 126) header.length = minimal(data.readUInt16BE(position + 2), 126);
  if (short === 127) header.length = minimal(readLength64(data, position + 2), 65_536);
  return true;
}

/** How many bytes a beginning lacks until it is a whole header, or a whole control frame; at first perhaps too few. */
export function lackOf(beginning: Buffer): number {
  const [first = 0, second = 0] = beginning;
  if (beginning.length < 2) return 2 - beginning.length;
  const short = second & 0x7f;
  const header = 2 + extendedSize(short) + (second & 0x80 ? 4 : 0);
  const payload = (first & 0x0f) >= opcodes.close && short <= 125 ? short : 0;
  return header + payload - beginning.length;
}

/** Bytes of the longer forms of a length. */
const extendedSize = (short: number): number => (short === 126 ? 2 : short === 127 ? 8 : 0);

const minimal = (length: number, least: number): number => (length < least ? -1 : length);

/** -1 when the most significant bit is set. Lengths beyond what a number holds exactly are only ever refused as too big. */
function readLength64(data: Buffer, position: number): number {
  if ((data[position] ?? 0) >= 0x80) return -1;
  return data.readUInt32BE(position) * 2 ** 32 + data.readUInt32BE(position + 4);
}
