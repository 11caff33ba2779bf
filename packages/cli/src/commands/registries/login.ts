/** `mooring registries login <host>`: the password is never on the command line. */
import { text } from 'node:stream/consumers';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { printNote, printResult } from '../../output/print.ts';
import { prompt } from '../../output/prompt.ts';
import { Refusal } from '../../refusal.ts';
import { openSession } from '../../session.ts';
import type { Cli } from '../../terminal.ts';
import { hostOf } from './host.ts';

const help = `
The password, or an access token, comes from standard input; at a terminal it is asked for, and not shown. The registry
is asked whether it takes it. What is logged in to here comes before what docker login has put into the configuration
of the server's user, which is used as well.

Examples:
  mooring registries login registry.example.com --username ci
  pass show registry | mooring registries login ghcr.io --username me`;

export function addRegistriesLogin(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('login')
    .description('keep credentials with which the server pulls from a registry')
    .argument('[host]', 'host of the registry, with its port', 'docker.io')
    .requiredOption('-u, --username <name>', 'who logs in')
    .addHelpText('after', help)
    .action(async (given, { username }) => {
      const host = hostOf(given);
      const password = await readPassword(cli, `Password of ${username} at ${host}`);
      using session = await openSession(cli);
      const registry = await session.management.registries.login(host, { username, password }, session);
      const told = registry.verified ? '' : '; no container engine answers, so the registry was not asked';
      printNote(cli, `Logged in to ${host} as ${username}${told}`);
      printResult(cli, registry, () => []);
    });
}

async function readPassword(cli: Cli, message: string): Promise<string> {
  const password = await ask(cli, message);
  if (password !== '') return password;
  throw new Refusal('The password is empty; nothing was kept.', { exit: 'usage' });
}

async function ask(cli: Cli, message: string): Promise<string> {
  if (!cli.stdin.isTTY || !cli.stderr.isTTY) return (await text(cli.stdin)).replace(/\r?\n$/, '');
  const clack = await import('@clack/prompts');
  const answer = await prompt(cli, (options) => clack.password({ message, ...options }));
  if (answer !== undefined) return answer;
  throw new Refusal('Nothing was kept.', { exit: 'interrupted' });
}
