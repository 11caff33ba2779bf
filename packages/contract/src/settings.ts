/** Per-application settings that the OCI service does not have: `/v1/applications/{id}/settings`. */
import { z } from 'zod';

const seconds = (minimum: number, maximum: number): z.ZodNumber => z.number().min(minimum).max(maximum);

/** 0: no limit. */
const count = z.int().min(0).max(1_000_000);

const MiB = 1024 * 1024;
const day = 86_400;

/** A token as RFC 9110 section 5.6.2 has it; empty: none. */
const fieldName = z
  .string()
  .max(100)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/, 'must be a name of letters, digits and hyphens')
  .default('');

export const applicationSettings = z
  .strictObject({
    hold: seconds(0, 600)
      .default(30)
      .describe('Seconds an arrival waits for a replica to become ready, then 503. Default 30'),
    startDeadline: seconds(1, 3600)
      .default(60)
      .describe('Seconds within which a replica must become ready. Default 60'),
    containerMemoryBytes: z
      .int()
      .min(16 * MiB)
      .max(1024 * 1024 * MiB)
      .default(1024 * MiB)
      .describe('Memory of one container, in bytes; beyond it the container is killed. Default 1073741824'),
    containerCpus: z
      .number()
      .min(0.01)
      .max(1024)
      .default(1)
      .describe('Processors of one container, at most those of the machine. Default 1'),
    containerPids: z
      .int()
      .min(8)
      .max(1_000_000)
      .default(512)
      .describe('Processes and threads of one container. Default 512'),
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
    maxFragments: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe('Fragments that a WebSocket message may come in; more close with 1009. Default 10000'),
    messageRate: count
      .default(0)
      .describe(
        'Messages that pass from a client a second; more wait, and then the client. Default 0: no limit',
      ),
    controlFrameRate: count
      .default(100)
      .describe(
        'Pings, pongs and closes that pass from a client a second; more wait, and then the client. Default 100; 0: no limit',
      ),
    handshakeRate: count
      .default(0)
      .describe('Connections that one caller may open a second, then 429. Default 0: no limit'),
    maxConnectionsPerCaller: count
      .default(0)
      .describe('Live connections that one caller may hold, then 429. Default 0: no limit'),
    maxConnections: count
      .default(0)
      .describe('Live connections of the application on one server, then 429. Default 0: no limit'),
    maxPendingPerCaller: count
      .default(1_000)
      .describe(
        'WebSocket handshakes that one caller may have under way, then 429. Default 1000; 0: no limit',
      ),
    maxPending: count
      .default(10_000)
      .describe(
        'WebSocket handshakes of the application under way on one server, then 429. Default 10000; 0: no limit',
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
    tokenExpiry: z
      .enum(['close', 'ignore'])
      .default('close')
      .describe('What an expired token does to a live connection. Default close: 3000 after tokenGrace'),
    drainAfter: seconds(0, day)
      .default(30)
      .describe('Seconds a replaced replica keeps its connections before it drains. Default 30'),
    drainSpread: seconds(0, day)
      .default(30)
      .describe('Seconds over which the closes of a drain are spread. Default 30'),
    drainRequests: seconds(0, day)
      .default(300)
      .describe('Seconds that requests under way may go on when their replica is replaced. Default 300'),
    maxConcurrency: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Requests and connections that a replica gets at most; more wait. Default 0: no limit'),
    maxWaiting: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(10_000)
      .describe('Arrivals that wait for a replica at most; more get 503. Default 10000'),
    scaleToZeroAfter: seconds(1, 14 * day)
      .default(300)
      .describe('Seconds without a request or connection until zero replicas. Default 300'),
    stableWindow: seconds(6, 3600)
      .default(60)
      .describe('Seconds of load that decide how many replicas there are. Default 60'),
    panicWindow: seconds(1, 600)
      .default(6)
      .describe('Seconds of load that decide while it grows suddenly. Default 6'),
    panicThreshold: z
      .number()
      .min(1.1)
      .max(10)
      .default(2)
      .describe('Growth is sudden when so many times the replicas that there are would be right. Default 2'),
    scaleUpRate: z
      .number()
      .min(1.1)
      .max(1000)
      .default(10)
      .describe('The number of replicas grows at most by this factor in a panicWindow. Default 10'),
    scaleDownRate: z
      .number()
      .min(1.1)
      .max(1000)
      .default(2)
      .describe('The number of replicas shrinks at most by this factor in a panicWindow. Default 2'),
    affinityHeader: fieldName.describe(
      'Header whose value decides which replica is taken, as long as it is there. Default: none',
    ),
    affinityCookie: fieldName.describe(
      'Cookie that sends a browser back to the replica that it had. Default: none',
    ),
    ejectAfter: z
      .int()
      .min(0)
      .max(1000)
      .default(3)
      .describe('Failures in a row to reach a replica until it gets no arrivals. Default 3; 0: never'),
    ejectFor: seconds(0.1, 3600)
      .default(5)
      .describe('Seconds between two looks whether such a replica answers GET /ready again. Default 5'),
    mcpTelemetry: z
      .boolean()
      .default(false)
      .describe('Count the MCP messages of the application, and trace its requests. Default false'),
    allowedOrigins: z
      .array(
        z.union([
          z.literal('*'),
          z
            .url({ protocol: /^https?$/ })
            .refine(
              (text) => URL.parse(text)?.origin === text,
              'An origin is a scheme, a host and a port that is not the usual one, like https://app.example.com',
            ),
        ]),
      )
      .default([])
      .describe('Browser origins that may call. Default: only the origins of this server'),
  })
  .meta({ id: 'ApplicationSettings' });
export type ApplicationSettings = z.infer<typeof applicationSettings>;

/** The settings of an application that has none of its own. */
export const defaultSettings: ApplicationSettings = applicationSettings.parse({});
