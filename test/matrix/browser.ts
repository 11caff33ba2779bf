/** A page in a browser, on an origin that the applications allow. */
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { inContext } from '../fixtures/chromium.ts';
import type { Traveller } from './errand.ts';

const heard = z.object({ version: z.string(), tools: z.array(z.string()), text: z.string() });

/** @param origin serves the page with test/page/matrix.ts */
export const pageIn =
  (browser: Browser, origin: string): Traveller =>
  async ({ transport, url, token, era, tool }) => {
    const run = transport === 'WebSocket' ? 'overWebSocket' : 'overHttp';
    const way = JSON.stringify({ url, token, era, tool });
    let result: unknown;
    await inContext(browser, async (context) => {
      const page = await context.newPage();
      await page.goto(origin);
      result = await page.evaluate(`${run}(${way})`);
    });
    return heard.parse(result);
  };
