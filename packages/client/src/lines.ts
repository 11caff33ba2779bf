/** Splits a stream of bytes into lines of text. */

/** Lines without their end (LF, or CR LF). A last line that lacks its end counts too. Ends the stream when left early. */
export async function* lines(source: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = source.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const parts = rest.split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield part.replace(/\r$/, '');
      if (done) break;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
