/**
 * Resume: what a server finds at its start. Wishes under way are taken up by the comparison; a work request whose
 * wish is already over, because the server ended between the two, gets the end that the wish has had.
 */
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/store.ts';
import type { WorkRequestRecord } from '../store/work-requests.ts';

export async function resume(store: Store, log: Log): Promise<void> {
  for (const request of await store.workRequests.open()) {
    const state = await stateOf(store, request);
    const verb = verdictOn(state, request);
    log.info(
      { workRequestId: request.id, operation: request.operationType, state, verdict: verb },
      'found unfinished',
    );
    if (verb === 'succeed') await store.workRequests.succeed(request.id);
    if (verb === 'fail') await store.workRequests.fail(request.id, [interrupted]);
  }
}

const interrupted = {
  code: 'Interrupted',
  message: 'The server ended before this was done. Ask for it again.',
};

/** State of the subject. Undefined: it is not there. */
async function stateOf(store: Store, { resources }: WorkRequestRecord): Promise<string | undefined> {
  const [subject] = resources;
  if (!subject) return undefined;
  if (subject.entityType === 'HOSTED_APPLICATION')
    return (await store.applications.get(subject.identifier))?.lifecycleState;
  return (await store.deployments.get(subject.identifier))?.lifecycleState;
}

export function verdictOn(
  state: string | undefined,
  { operationType }: Pick<WorkRequestRecord, 'operationType'>,
): 'go on' | 'succeed' | 'fail' {
  if (state === 'CREATING' || state === 'UPDATING' || state === 'DELETING') return 'go on';
  const done = operationType.startsWith('DELETE_') ? 'DELETED' : 'ACTIVE';
  return state === done ? 'succeed' : 'fail';
}
