/** Frames that the gateway itself sends, and the numbers of the framing (RFC 6455 section 5). */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Towards a replica the gateway is a client, so its frames are masked; towards a client they are not. */
export type Side = 'client' | 'replica';

/** A control frame for that side. The payload is at most 125 bytes. */
export function controlFrame(
  opcode: number,
  payload: Uint8Array,
  options: { to: Side; mask: Uint8Array },
): Buffer {
  if (payload.length > 125) throw new TypeError('controlFrame: a control frame holds at most 125 bytes');
  if (options.to === 'client') return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
  const { mask } = options;
  const masked = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask.subarray(0, 4), masked]);
}

/** Payload of a close frame. A reason that is too long is cut at a character's edge (123 bytes, section 5.5.1). */
export function closePayload(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  let end = Math.min(text.length, 123);
  while (end < text.length && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const payload = Buffer.alloc(2 + end);
  payload.writeUInt16BE(code, 0);
  text.copy(payload, 2, 0, end);
  return payload;
}
