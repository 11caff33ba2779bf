/** `mooring secrets set <name>`: makes a secret, or sets another value. The value is never on the command line. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { isOcid, type Secret } from '@mooring/contract';
import { printNote, printResult } from '../../output/print.ts';
import { prompt } from '../../output/prompt.ts';
import { Refusal } from '../../refusal.ts';
import { findSecret } from '../../secret.ts';
import { openSession, type Session } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

const help = `
The value comes from --file or from standard input; at a terminal it is asked for, and not shown. A line break at
its end does not belong to it. Replicas have the value that holds when they start: those that run keep the old one.

Examples:
  mooring secrets set openai
  pass show openai | mooring secrets set openai
  mooring secrets set tls-key --file key.pem
  mooring deploy bot --command "node bot.ts" --secret OPENAI_API_KEY=openai`;

export function addSecretsSet(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('set')
    .description('make a secret, or set another value')
    .argument('<secret>', 'name of the secret, or the id of one that exists')
    .option('--file <file>', 'file that holds the value')
    .addHelpText('after', help)
    .action(async (named, { file }) => {
      const value = await readValue(cli, file);
      using session = await openSession(cli);
      const secret = await set(session, named, value);
      printNote(cli, `The secret ${secret.name} is set, version ${secret.version}`);
      printResult(cli, secret, () => secret.id);
    });
}

async function set(session: Session, named: string, value: string): Promise<Secret> {
  const { management, signal } = session;
  const known = await management.secrets.list({ signal });
  if (!isOcid(named) && !known.some(({ name }) => name === named)) {
    const { compartmentId } = session.profile;
    return await management.secrets.create({ name: named, compartmentId, value }, { signal });
  }
  const { id } = await findSecret(session, named);
  return await management.secrets.update(id, value, { signal });
}

async function readValue(cli: Cli, file: string | undefined): Promise<string> {
  const raw = file === undefined ? await readInput(cli) : await readOne(resolve(cli.cwd, file));
  const value = raw.replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new Refusal('The value is empty; nothing was set.', { exit: 'usage' });
}

async function readInput(cli: Cli): Promise<string> {
  if (!cli.stdin.isTTY || !cli.stderr.isTTY) return await text(cli.stdin);
  const clack = await import('@clack/prompts');
  const answer = await prompt(cli, (options) =>
    clack.password({ message: 'Value of the secret', ...options }),
  );
  if (answer !== undefined) return answer;
  throw new Refusal('Nothing was set.', { exit: 'interrupted' });
}

async function readOne(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Refusal(`${path} cannot be read.`, { exit: 'usage', cause });
  }
}
