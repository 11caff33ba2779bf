/** The structured log (pino): one JSON line per event on stderr. Credentials never reach it. */
import { pino, type Logger } from 'pino';

export type Log = Logger;

export function openLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
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
    pino.destination({ dest: 2, sync: false }),
  );
}
