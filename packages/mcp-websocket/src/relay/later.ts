/** Later: a wait as a value, so that tests need not wait. */

/** Calls `act` after so many milliseconds, unless what it returns is called before. */
export type Later = (milliseconds: number, act: () => void) => () => void;

/** By the system's clock. It keeps no process alive. */
export const later: Later = (milliseconds, act) => {
  const timer = setTimeout(act, milliseconds).unref();
  return () => clearTimeout(timer);
};
