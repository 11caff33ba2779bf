/** `mooring keys create <name>`: makes a key pair here, registers its public half, and writes the profile that uses it. */
import { generateKeyPair } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { formatOciProfile, keyRoles, ociRegion, type ApiKey, type OciProfile } from '@mooring/contract';
import { printNote, printResult } from '../../output/print.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { addProfile, readIfThere, requireRoom, usualFiles, writeKey, type KeyFiles } from './files.ts';

const help = `
Without --public-key a key pair is made on this machine: the private half goes to --key-file with mode 0600, the
server gets the public half only, and the profile [name] is added to --config. With --public-key nothing is written;
the profile is printed.

Examples:
  mooring keys create laptop --role operator
  oci --config-file .mooring/oci/config --profile laptop --endpoint http://localhost:9080 generative-ai …
  mooring keys create ci --public-key ~/.oci/oci_api_key_public.pem --user ocid1.user.oc1..aaaa`;

interface Choice {
  readonly role: (typeof keyRoles)[number];
  readonly publicKey?: string | undefined;
  readonly user?: string | undefined;
  readonly tenancy?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly config?: string | undefined;
}

export function addKeysCreate(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('create')
    .description("register an API key for OCI's SDKs and command line")
    .argument('<name>', 'what the key is called in lists, and its profile')
    .addOption(
      new Option('--role <role>', 'what its requests may do').choices(keyRoles).default('operator' as const),
    )
    .option('--public-key <file>', 'register this RSA public key (PEM) instead of making a pair')
    .option('--user <ocid>', 'user of the key; default: a new one')
    .option('--tenancy <ocid>', "tenancy in its keyId; default: this server's")
    .option(
      '--key-file <file>',
      'where the private key goes; default: oci/<name>.pem beside the profile of mooring',
    )
    .option(
      '--config <file>',
      'OCI configuration file to add the profile to; default: oci/config beside the same',
    )
    .addHelpText('after', help)
    .action(async (name, choice) => {
      if (choice.publicKey === undefined) await createPair(cli, name, choice);
      else await register(cli, name, { ...choice, publicKey: choice.publicKey });
    });
}

async function register(cli: Cli, name: string, choice: Choice & { publicKey: string }): Promise<void> {
  const path = resolve(cli.cwd, choice.publicKey);
  const publicKey = await readIfThere(path);
  if (publicKey === undefined) throw new Refusal(`There is no file ${path}.`, { exit: 'usage' });
  using session = await openSession(cli);
  const { role, user, tenancy } = choice;
  const key = await session.management.apiKeys.create({ publicKey, name, role, user, tenancy }, session);
  printResult(cli, key, () => profileOf(key, '<path of the private key>'));
}

async function createPair(cli: Cli, name: string, choice: Choice): Promise<void> {
  const { role, user, tenancy } = choice;
  const { keyFile, config } = placesOf(cli, name, choice);
  await requireRoom({ keyFile, config }, name);
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const publicKey = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
  using session = await openSession(cli);
  await using written = await writeKey(
    keyFile,
    String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );
  const key = await session.management.apiKeys.create({ publicKey, name, role, user, tenancy }, session);
  written.keep();
  await addProfile(config, ociProfile(key, keyFile));
  printResult(cli, { ...key, keyFile, config }, () => profileOf(key, keyFile));
  printNote(cli, `The profile [${name}] is in ${config}, the private key in ${keyFile}`);
}

function placesOf(cli: Cli, name: string, { keyFile, config }: Choice): KeyFiles {
  const usual = usualFiles(cli, name);
  return {
    keyFile: keyFile === undefined ? usual.keyFile : resolve(cli.cwd, keyFile),
    config: config === undefined ? usual.config : resolve(cli.cwd, config),
  };
}

function ociProfile({ name, user, fingerprint, tenancy }: ApiKey, keyFile: string): OciProfile {
  return { name, user, fingerprint, tenancy, region: ociRegion, keyFile };
}

const profileOf = (key: ApiKey, keyFile: string): string[] =>
  formatOciProfile(ociProfile(key, keyFile)).trimEnd().split('\n');
