/** A process that writes applications, several at a time, and prints the id of each once it is acknowledged. */
import { writeSync } from 'node:fs';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openStore } from './open.ts';
import { newApplication } from './suite/case.ts';

const [, , path = ''] = process.argv;
await using store = await openStore({ path, clock, random });
const wish = await newApplication(store);

async function write(): Promise<never> {
  for (;;) {
    const { id } = await store.transaction(async (tx) => {
      const created = await tx.applications.create(wish);
      await tx.workRequests.create({
        operationType: 'CREATE_APPLICATION_DEPLOYMENT',
        compartmentId: wish.compartmentId,
        resources: [{ entityType: 'HOSTED_APPLICATION', identifier: created.id }],
      });
      return created;
    });
    writeSync(1, `${id}\n`);
  }
}

await Promise.all([write(), write(), write()]);
