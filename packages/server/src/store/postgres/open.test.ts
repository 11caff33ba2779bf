import { after, describe, test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../../kit/clock.ts';
import { once } from '../../kit/once.ts';
import { openStore } from '../open.ts';
import { storeSuite } from '../suite.ts';
import { postgresMissing, startPostgres } from './postgres.fixture.ts';

const postgres = await startPostgres();
// Here, not in the suite: a suite of which no test was asked for does not clean up.
after(() => postgres?.[Symbol.asyncDispose]());
if (postgres === undefined) test('store on PostgreSQL', { skip: postgresMissing });
else
  describe('PostgreSQL', () => {
    let count = 0;
    const template = once(async () => {
      const url = await postgres.database('template');
      await (await openStore({ path: '', url, clock, random }))[Symbol.asyncDispose]();
      return 'template';
    });
    storeSuite('PostgreSQL', async (clock) => {
      count += 1;
      const url = await postgres.database(`suite${count}`, { template: await template() });
      return await openStore({ path: '', url, clock, random });
    });
  });
