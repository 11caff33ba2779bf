/** `.mooring/cli.json`: the one file through which the CLI knows its server. Holds a credential; mode 0600. */
import { z } from 'zod';

export const profile = z.object({
  managementUrl: z.url().describe('Base URL of the management listener, with TLS'),
  applicationsUrl: z.url().describe('Base URL of the applications listener, with TLS'),
  applicationsPlainUrl: z.url().optional().describe('Base URL of the plain applications listener'),
  appsDomain: z
    .string()
    .optional()
    .describe('Domain below which each application has a host name of its own'),
  tokenUrl: z.url().describe('Token endpoint of the embedded identity domain'),
  compartmentId: z.string().describe('The root compartment'),
  ca: z.string().optional().describe('PEM of the certificate authority behind both TLS listeners'),
  clientId: z.string(),
  clientSecret: z.string(),
  scope: z.string().describe('What to ask the token endpoint for'),
});
export type Profile = z.infer<typeof profile>;

/** The same of a person who signed in (`mooring login`): a refresh token in place of a client's secret. */
export const loginProfile = profile.omit({ clientSecret: true, scope: true }).extend({
  login: z.object({
    accessToken: z.string(),
    expiresAt: z.number().describe('When the access token ends, in milliseconds since the epoch'),
    refreshToken: z.string().describe('Replaced at each use'),
  }),
});
export type LoginProfile = z.infer<typeof loginProfile>;
