/** Pieces of content: the smallest picture and the smallest sound. */

/** One red pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** A head without a sample behind it. */
export const wav = Buffer.concat([
  Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1'),
  Buffer.from([0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0]),
  Buffer.from('data\0\0\0\0', 'latin1'),
]).toString('base64');

export const text = (said: string) => ({ type: 'text' as const, text: said });
export const image = { type: 'image' as const, data: png, mimeType: 'image/png' };
export const audio = { type: 'audio' as const, data: wav, mimeType: 'audio/wav' };
export const says = (said: string) => ({ content: [text(said)] });

/** What the suite wants of every tool and prompt. */
export const described = { description: 'For the conformance suite' };
