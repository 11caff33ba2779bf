/** Within: a wait that ends. */

export const timedOut = Symbol('timed out');

/** What `work` gives, or `timedOut` after so many milliseconds. The work goes on; stopping it is the caller's. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | typeof timedOut> {
  const late = Promise.withResolvers<typeof timedOut>();
  const timer = setTimeout(() => late.resolve(timedOut), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
