/** The reader and the writer of frames that `ws` exports beside its sockets, and its types leave out. */
import type { Writable } from 'node:stream';

declare module 'ws' {
  export interface FrameOptions {
    fin: boolean;
    opcode: number;
    mask: boolean;
    readOnly: boolean;
    rsv1: boolean;
  }

  export const Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };

  export class Receiver extends Writable {
    constructor(options: { isServer?: boolean; maxPayload?: number; skipUTF8Validation?: boolean });
  }
}
