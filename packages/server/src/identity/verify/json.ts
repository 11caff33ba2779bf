/** Json: what stands in the parts of a token (RFC 7515 section 2). */

/** Kept: to make one takes longer than to use it. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Undefined: it is no JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
