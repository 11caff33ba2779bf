/** Settings of an application that the OCI service does not have. PUT changes what is given, as every PUT of this API. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { applicationSettings, type ApplicationSettings } from '@mooring/contract';
import { requires } from './conventions/authorise.ts';
import type { ControlEnv } from './conventions/context.ts';
import { etagOf, ifMatchHeader, requireMatch } from './conventions/etag.ts';
import { liveApplication } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { body, etagHeader, idPath, json, refusals } from './conventions/responses.ts';

const path = '/v1/applications/{id}/settings';

/** In an answer none is left out. */
const allSettings = applicationSettings.meta({
  id: 'ApplicationSettings',
  required: applicationSettings.keyof().options,
});
/** In a change those that are left out stay as they are. */
const someSettings = applicationSettings.meta({ id: 'UpdateApplicationSettingsDetails' });

const getAll = createRoute({
  method: 'get',
  path,
  operationId: 'getSettings',
  summary: 'Get the settings of an application, defaults included',
  ...requires('read-only'),
  request: { params: idPath },
  responses: { 200: json('All settings', allSettings, etagHeader), ...refusals },
});

const put = createRoute({
  method: 'put',
  path,
  operationId: 'updateSettings',
  summary: 'Change the settings that are given; the others stay',
  ...requires('operator'),
  request: { params: idPath, headers: ifMatchHeader, ...body(someSettings) },
  responses: { 200: json('All settings', allSettings, etagHeader), ...refusals },
});

export function settings({ store }: ControlPorts): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>();

  app.openapi(getAll, async (c) => {
    const { id } = await liveApplication(store, c.req.valid('param').id);
    const found = await store.settings.get(id);
    c.header('etag', etagOf(found));
    return c.json(found.settings, 200);
  });

  app.openapi(put, async (c) => {
    const patch = onlyGiven(c.req.valid('json'), await c.req.json());
    const changed = await store.transaction(async (tx) => {
      const { id } = await liveApplication(tx, c.req.valid('param').id);
      requireMatch(c.req.valid('header')['if-match'], await tx.settings.get(id));
      return tx.settings.merge(id, patch);
    });
    c.header('etag', etagOf(changed));
    return c.json(changed.settings, 200);
  });

  return app;
}

/** The parsed settings without the defaults that parsing filled in. */
function onlyGiven(parsed: ApplicationSettings, given: object): Partial<ApplicationSettings> {
  const patch: Partial<ApplicationSettings> = { ...parsed };
  for (const name of applicationSettings.keyof().options) if (!(name in given)) delete patch[name];
  return patch;
}
