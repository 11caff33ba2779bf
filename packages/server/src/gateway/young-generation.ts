/**
 * Young generation: how much memory a thread that serves connections has for objects that have just been made. V8 would
 * let it grow to 64 MB in a burst of handshakes and keep it; a third of that costs no more time, and with thousands of
 * idle connections it is half of what they take.
 */

/** Megabytes; V8 makes three parts of it. */
export const youngGeneration = 24;
