/**
 * Body check: the body of a signed request goes on to the replica while it is hashed, but its last bytes wait until
 * the hash is the one that was signed. Another body never becomes a complete request. Nothing more is held in memory
 * than what is on its way.
 */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { badSignature, isSignedBody } from '../identity/verify/request-signature.ts';
import { pauseFor } from '../kit/pause.ts';

export interface BodyCheck {
  /** Lets the body through. Fails with NotAuthenticated in place of the last bytes of another body. */
  readonly stream: Transform;
  /** Rejects like the stream. */
  readonly matched: Promise<void>;
}

export interface SignedBody {
  /** Base64 SHA-256. */
  readonly hash: string;
  /** Bytes, 1 or more, as `content-length` says: it was signed too, and HTTP's framing keeps to it. */
  readonly length: number;
}

export function createBodyCheck({ hash, length }: SignedBody): BodyCheck {
  const { promise: matched, resolve, reject } = Promise.withResolvers<void>();
  matched.catch(() => {});
  const digest = createHash('sha256');
  let seen = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      seen += chunk.length;
      if (seen < length) return done(null, chunk);
      if (!isSignedBody(digest.digest(), hash)) return done(badSignature('is over another body'));
      resolve();
      done(null, chunk);
    },
  });
  stream.once('error', reject);
  return { stream, matched };
}

/** Milliseconds for which a replica that has begun its answer may leave the body unread. */
const patience = 1_000;

/** How the replica takes the body. */
export interface Taking {
  /** True while it has not taken all that there was for it. */
  readonly needsDrain: boolean;
  /** How often it has taken all, after it had not. */
  readonly drains: number;
  /** It takes nothing any more. */
  readonly isClosed: boolean;
}

export interface EarlyAnswer {
  readonly check: BodyCheck;
  /** By the replica that has begun to answer. */
  readonly taking: Taking;
  /** Ends the wait. */
  readonly left: AbortSignal;
}

/**
 * An answer that began before the end of the body waits: nobody is answered whose body is not yet known to be the
 * signed one. Only a replica that reads no more before its answer is read is not waited for: it would be for ever.
 * Rejects when the body is another one, or the client has left.
 */
export async function untilAnswerable({ check, taking, left }: EarlyAnswer): Promise<void> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(left.reason);
  left.addEventListener('abort', leave);
  if (left.aborted) leave();
  const over = new AbortController();
  try {
    await Promise.race([check.matched, gone, stalled(taking, over.signal)]);
  } finally {
    over.abort();
    left.removeEventListener('abort', leave);
  }
}

/** Resolves when the replica has taken nothing for a while although there is something for it, or at the signal. */
async function stalled(taking: Taking, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { drains, needsDrain } = taking;
    if (!(await pauseFor(patience, signal))) return;
    if (needsDrain && taking.drains === drains && !taking.isClosed) return;
  }
}
