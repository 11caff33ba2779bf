/** Limits for calls of the engine: so many at a time; and one that hangs is an engine that is away. */
import { Gate } from '../../kit/gate.ts';

/** Seconds. */
const limit = 30;

/** Each call takes a connection of the one engine that there is. Streams (events, output, pulls) are none of them. */
const calls = new Gate(16);

/**
 * Rejects at the limit, whether the call heeds the signal or not; the time that it waits for its turn counts.
 * @param seconds Default 30
 */
export async function within<Value>(
  call: (signal: AbortSignal) => Promise<Value>,
  seconds: number = limit,
): Promise<Value> {
  const over = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  // One that waits for its turn hears of it there.
  promise.catch(() => undefined);
  const timer = setTimeout(() => {
    const error = new Error(`it did not answer within ${seconds} s`);
    over.abort(error);
    reject(error);
  }, seconds * 1000);
  try {
    using _turn = await calls.enter(over.signal);
    return await Promise.race([call(over.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
