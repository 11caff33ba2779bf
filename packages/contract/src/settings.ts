/** Per-application settings that the OCI service does not have: `/v1/applications/{id}/settings`. */
import { z } from 'zod';

const seconds = (minimum: number, maximum: number): z.ZodNumber => z.number().min(minimum).max(maximum);

const MiB = 1024 * 1024;
const day = 86_400;

export const applicationSettings = z
  .strictObject({
    hold: seconds(0, 600)
      .default(30)
      .describe('Seconds an arrival waits for a replica to become ready, then 503. Default 30'),
    startDeadline: seconds(1, 3600)
      .default(60)
      .describe('Seconds within which a replica must become ready. Default 60'),
    stopGrace: seconds(0, 3600).default(10).describe('Seconds between SIGTERM and SIGKILL. Default 10'),
    responseTimeout: seconds(1, 3600)
      .default(300)
      .describe('Seconds a replica may take until the first byte of its answer, then 504. Default 300'),
    handshakeTimeout: seconds(0.1, 600)
      .default(10)
      .describe('Seconds a replica may take to answer a WebSocket upgrade, then 504. Default 10'),
    pingInterval: seconds(1, 3600)
      .default(25)
      .describe(
        'Seconds without a byte from a peer before it is pinged (jittered); two misses close. Default 25',
      ),
    idleTimeout: seconds(60, 14 * day)
      .default(900)
      .describe('Seconds without a message before a connection is closed with 3008. Default 900'),
    maxMessageBytes: z
      .int()
      .min(1024)
      .max(32 * MiB)
      .default(MiB)
      .describe(
        'Largest WebSocket message on the wire, in bytes; a larger one closes with 1009. Default 1048576',
      ),
    slowReader: seconds(1, 3600)
      .default(60)
      .describe('Seconds a peer may leave what it was sent unread before it is closed with 1013. Default 60'),
    maxBodyBytes: z
      .int()
      .min(0)
      .max(10 * 1024 * MiB)
      .default(128 * MiB)
      .describe('Largest HTTP request body, in bytes; a larger one is refused with 413. Default 134217728'),
    tokenGrace: seconds(0, 3600)
      .default(25)
      .describe('Seconds a live connection outlives its token, then 3000. Default 25'),
    drainAfter: seconds(0, day)
      .default(30)
      .describe('Seconds a replaced replica keeps its connections before it drains. Default 30'),
    drainSpread: seconds(0, day)
      .default(30)
      .describe('Seconds over which the closes of a drain are spread. Default 30'),
    allowedOrigins: z
      .array(z.union([z.literal('*'), z.url({ protocol: /^https?$/ })]))
      .default([])
      .describe('Browser origins that may call. Default: only the origins of this server'),
  })
  .meta({ id: 'ApplicationSettings' });
export type ApplicationSettings = z.infer<typeof applicationSettings>;

/** The settings of an application that has none of its own. */
export const defaultSettings: ApplicationSettings = applicationSettings.parse({});
