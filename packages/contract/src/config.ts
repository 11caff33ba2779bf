/** Configuration of `mooring serve`: flags, environment and tests feed this one schema. */
import { z } from 'zod';
import { roles } from './extension.ts';

/** `value=role`; the value may hold a `=` itself. */
const roleMapping = new RegExp(`^.+=(?:${roles.join('|')})$`);

/** Lower case; the last label begins with a letter, so that no address is one; room for a label in front. */
const domainName =
  /^(?=.{1,200}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const port = z.int().min(0).max(65_535);

/** Threads that serve applications. */
export const maxWorkers = 64;

export const serveConfig = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .default('.mooring')
    .describe('Directory of everything that must survive. Default .mooring'),
  database: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL of the form postgres://user:password@host:port/name',
    })
    .optional()
    .describe(
      'PostgreSQL to keep everything in, postgres://user:password@host:port/name. Default: SQLite in dataDir',
    ),
  advertise: z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'must be host:port')
    .optional()
    .describe(
      'Address of this machine, host:port, on which other servers of the same database reach its replicas. Default: none',
    ),
  host: z.string().min(1).default('127.0.0.1').describe('Address that the listeners bind. Default 127.0.0.1'),
  port: port.default(8080).describe('Applications, plain http/ws; 0 takes a free port. Default 8080'),
  tlsPort: port.default(8443).describe('Applications, https/wss. Default 8443'),
  managePort: port.default(9080).describe('Management, plain http. Default 9080'),
  manageTlsPort: port.default(9443).describe('Management, https. Default 9443'),
  plainHost: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address that the plain listeners bind. Default 127.0.0.1, whatever host says'),
  workers: z
    .int()
    .min(1)
    .max(maxWorkers)
    .optional()
    .describe('Threads that serve applications, 1 to 64. Default: one for each core, 16 at most'),
  tlsCert: z
    .string()
    .optional()
    .describe('PEM file with the certificate chain. Default: a development certificate'),
  tlsKey: z.string().optional().describe('PEM file with the private key; goes with tlsCert'),
  publicUrl: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe('Name under which clients know the applications listener; the first one is used in metadata'),
  managePublicUrl: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe('Name under which clients know the management listener; the first one is the issuer'),
  appsDomain: z
    .string()
    .toLowerCase()
    .regex(domainName, 'must be a domain name like apps.example.com, without "*.", scheme or port')
    .optional()
    .describe(
      'Domain below which each application gets a host name of its own, such as apps.example.com. Default: none',
    ),
  trustedProxies: z
    .array(z.string())
    .default([])
    .describe('Networks (CIDR) from which X-Forwarded-* headers are believed. Default none'),
  runtime: z
    .enum(['auto', 'process', 'docker'])
    .default('auto')
    .describe(
      'What runs replicas: auto, commands as processes and images with the container engine that is found; process, commands only; docker, images only, and the engine must answer at the start. Default auto',
    ),
  stopContainers: z
    .boolean()
    .default(false)
    .describe(
      'Stop the containers when the server stops. Default: they go on, and the next start adopts them',
    ),
  allowProcesses: z
    .boolean()
    .default(false)
    .describe(
      "Allow command artifacts although a listener is off loopback. They run with this server's rights",
    ),
  allowPrivateIssuers: z
    .boolean()
    .default(false)
    .describe('Allow a domainUrl that leads to a private or loopback address. Default false'),
  allowRegistration: z
    .boolean()
    .default(false)
    .describe(
      'Allow OAuth clients to register themselves at the embedded identity domain (RFC 7591). Default false',
    ),
  adminIssuer: z
    .url({ protocol: /^https?$/ })
    .refine(isSafeIssuer, 'must be https, or http on this machine')
    .optional()
    .describe('OpenID issuer whose tokens may manage this server, beside its own. Default none'),
  adminAudience: z
    .string()
    .min(1)
    .default('urn:mooring:management')
    .describe('Audience that a token of adminIssuer must carry. Default urn:mooring:management'),
  adminClaim: z
    .string()
    .min(1)
    .default('roles')
    .describe('Claim of such a token that says the role; dots lead into objects. Default roles'),
  adminRoleMap: z
    .array(z.string().regex(roleMapping, `must be value=role, the role one of ${roles.join(', ')}`))
    .default([])
    .describe('Which value of the claim gives which role. Default: the values are the roles'),
  secretsKey: z
    .base64()
    .refine((text) => text.length === 44 && text.endsWith('='), 'must be 32 bytes in base64')
    .optional()
    .describe('Key that encrypts secrets: 32 bytes in base64. Default: the one in secrets.key in dataDir'),
  shutdownGrace: z
    .number()
    .min(0)
    .max(3600)
    .default(10)
    .describe('Seconds that a stop waits for connections. Default 10'),
  openMetrics: z
    .boolean()
    .default(false)
    .describe('Answer /metrics without a credential. Default: it takes the role read-only'),
  metricsApplications: z
    .int()
    .min(0)
    .max(100_000)
    .default(500)
    .describe('Applications with figures of their own in /metrics; further ones are one. Default 500'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe level that is logged'),
});
export type ServeConfig = z.infer<typeof serveConfig>;
export type ServeOptions = z.input<typeof serveConfig>;

function isSafeIssuer(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  );
}
