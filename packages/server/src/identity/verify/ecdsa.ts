/**
 * ECDSA signatures: from the two numbers of JOSE (RFC 7518 section 3.4) to the encoding that OpenSSL reads (RFC 3279
 * section 2.2.3). Node does the same when it is asked to, in more time than half of a verification takes.
 */

const integer = 0x02;
const sequence = 0x30;

/** @param signature R and S, each of `size` bytes. Undefined: it is of another length. */
export function toDer(signature: Uint8Array, size: number): Uint8Array | undefined {
  if (signature.length !== 2 * size) return undefined;
  const r = number(signature.subarray(0, size));
  const s = number(signature.subarray(size));
  return Uint8Array.of(sequence, r.length + s.length, ...r, ...s);
}

/** Without zeros in front but for the one that keeps it from being negative. Shorter than 127 bytes. */
function number(digits: Uint8Array): number[] {
  const first = digits.findIndex((digit) => digit !== 0);
  const least = first === -1 ? digits.subarray(-1) : digits.subarray(first);
  const sign = (least[0] ?? 0) < 0x80 ? [] : [0];
  return [integer, sign.length + least.length, ...sign, ...least];
}
