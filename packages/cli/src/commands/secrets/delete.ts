/** `mooring secrets delete <secret>`. */
import { RequestFailed } from '@mooring/client';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { confirm } from '../../output/confirm.ts';
import { printNote, printResult } from '../../output/print.ts';
import { Refusal } from '../../refusal.ts';
import { findSecret } from '../../secret.ts';
import { openSession, type Session } from '../../session.ts';
import type { Cli } from '../../terminal.ts';

export function addSecretsDelete(parent: CommandUnknownOpts, cli: Cli): void {
  parent
    .command('delete')
    .description('delete a secret')
    .argument('<secret>', 'name or id of the secret')
    .option('--yes', 'do not ask')
    .option('--force', 'although applications start with it: their next start fails')
    .addHelpText('after', '\nExample:\n  mooring secrets delete openai --yes')
    .action(async (named, { yes, force }) => {
      using session = await openSession(cli);
      const { id, name } = await findSecret(session, named);
      await confirm(cli, { message: `Delete the secret ${name}?`, yes });
      await remove(session, { id, force });
      printNote(cli, `The secret ${name} is deleted`);
      printResult(cli, { id, deleted: true }, () => []);
    });
}

interface Removal {
  readonly id: string;
  readonly force: true | undefined;
}

async function remove({ management, signal }: Session, { id, force }: Removal): Promise<void> {
  try {
    await management.secrets.delete(id, { signal, force: force === true });
  } catch (error) {
    if (force || !(error instanceof RequestFailed) || error.code !== 'Conflict') throw error;
    throw new Refusal(error.message, { exit: 'conflict', hint: 'Here force=true is --force.', cause: error });
  }
}
