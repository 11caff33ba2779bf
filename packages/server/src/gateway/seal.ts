/**
 * Seal: short texts that a client keeps for us and cannot read, change, or use for anything else. The same text in
 * the same context has the same seal everywhere, so a client sees one value however often it is told.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

export interface Seal {
  /** Base64url. @param context what must be alike when it is opened */
  readonly seal: (text: string, context: readonly string[]) => string;
  /** Undefined: it is not one of ours, or was sealed in another context. */
  readonly open: (sealed: string, context: readonly string[]) => string | undefined;
}

const nonceLength = 12;
const tagLength = 16;

/** AES-256-GCM with a nonce made from the text itself. @param secret 32 bytes, the same on all servers */
export function createSeal(secret: Uint8Array): Seal {
  const keyFor = (use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', use, 32));
  const key = keyFor('mooring seal');
  const nonceKey = keyFor('mooring seal nonce');
  return {
    seal: (text, context) => {
      const aad = bytesOf(context);
      const nonce = createHmac('sha256', nonceKey).update(aad).update(text).digest().subarray(0, nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
      const sealed = [nonce, cipher.update(text), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < nonceLength + tagLength || bytes.toString('base64url') !== sealed) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength))
        .setAAD(bytesOf(context))
        .setAuthTag(bytes.subarray(-tagLength));
      try {
        const text = decipher.update(bytes.subarray(nonceLength, -tagLength));
        return Buffer.concat([text, decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}

const bytesOf = (context: readonly string[]): Buffer => Buffer.from(`${JSON.stringify(context)}\n`);
