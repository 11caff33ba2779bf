/** A limit for calls of the engine: one that hangs is an engine that is away. */

/** Seconds. */
const limit = 30;

/** Rejects at the limit, whether the call heeds the signal or not. @param seconds Default 30 */
export async function within<Value>(
  call: (signal: AbortSignal) => Promise<Value>,
  seconds: number = limit,
): Promise<Value> {
  const over = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`it did not answer within ${seconds} s`);
    over.abort(error);
    reject(error);
  }, seconds * 1000);
  try {
    return await Promise.race([call(over.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
