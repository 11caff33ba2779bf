/**
 * Credentials for registries: those that the operator gave Mooring, then those of the docker command's own
 * configuration, credential helpers included.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { configFolder } from './find.ts';
import { dockerHub } from './reference.ts';

/** As the engine takes it. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
  readonly identitytoken?: string;
}

/** @param registry host with its port */
export type FindCredential = (registry: string) => Promise<Credential | undefined>;

const configuration = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

/** Docker Hub's name in that configuration, and where engines log in. */
export const hubName = 'https://index.docker.io/v1/';

/** Milliseconds that a credential helper may take. */
const helperLimit = 10_000;

/** Those of the docker command. Whatever cannot be read counts as not there. */
export function dockerCredentials(environment: Readonly<Record<string, string | undefined>>): FindCredential {
  return async (registry) => {
    const path = join(configFolder(environment), 'config.json');
    const text = await readFile(path, 'utf8').catch(() => '{}');
    const { data } = configuration.safeParse(parse(text));
    if (!data) return undefined;
    const names = registry === dockerHub ? [hubName, 'docker.io'] : [registry, `https://${registry}`];
    for (const name of names) {
      const helper = data.credHelpers[name] ?? data.credsStore;
      const found =
        (helper === undefined ? undefined : await askHelper(helper, { serveraddress: name, environment })) ??
        ofEntry(name, data.auths[name]);
      if (found) return found;
    }
    return undefined;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ofEntry(
  serveraddress: string,
  entry: { auth?: string | undefined; identitytoken?: string | undefined } | undefined,
): Credential | undefined {
  const [, username, password] =
    /^([^:]+):([^]*)$/.exec(Buffer.from(entry?.auth ?? '', 'base64').toString()) ?? [];
  if (username === undefined || password === undefined) return undefined;
  const { identitytoken } = entry ?? {};
  return { username, password, serveraddress, ...(identitytoken && { identitytoken }) };
}

const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() });

interface Question {
  readonly serveraddress: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The user's name with which helpers mark a token. */
const tokenUser = '<token>';

function askHelper(
  helper: string,
  { serveraddress, environment }: Question,
): Promise<Credential | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = execFile(
      `docker-credential-${helper}`,
      ['get'],
      { timeout: helperLimit, killSignal: 'SIGKILL', env: { ...environment } },
      (error, stdout) => {
        const { data } = helperAnswer.safeParse(error ? undefined : parse(stdout));
        if (!data) return resolve(undefined);
        const { Username: username, Secret: secret } = data;
        resolve(
          username === tokenUser
            ? { username: '', password: '', serveraddress, identitytoken: secret }
            : { username, password: secret, serveraddress },
        );
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(serveraddress);
  });
}
