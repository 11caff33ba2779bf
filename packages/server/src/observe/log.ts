/** The structured log (pino): one JSON line per event on stderr. Credentials never reach it. */
import { pino, type Logger } from 'pino';

export type Log = Logger;

/**
 * Lines are written together: a line alone costs a tenth of what a handshake does. Several threads write, and what is
 * not longer than `most` goes into a pipe as a whole. Bytes and milliseconds.
 */
const batch = 2_048;
const most = 4_096;
const delay = 50;

/** @param dest file or descriptor; default 2, the standard error. What is left is written when the process ends. */
export function openLog(
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent',
  dest: string | number = 2,
): Log {
  return pino(
    {
      level,
      base: undefined,
      redact: [
        'authorization',
        '*.authorization',
        'headers.authorization',
        'token',
        '*.token',
        'clientSecret',
        '*.clientSecret',
      ],
    },
    pino.destination({ dest, sync: false, minLength: batch, maxWrite: most, periodicFlush: delay }),
  );
}
