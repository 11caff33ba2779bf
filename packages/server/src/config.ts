/** Reading the configuration: every problem is reported at once, each with its name. */
import { serveConfig, type ServeConfig, type ServeOptions } from '@mooring/contract';
import { z } from 'zod';

/** Throws a TypeError that lists everything that is wrong. */
export function readConfig(options: ServeOptions): ServeConfig {
  const result = serveConfig.safeParse(options);
  if (!result.success)
    throw new TypeError(`The configuration is not right:\n${z.prettifyError(result.error)}`);
  const config = result.data;
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    throw new TypeError('--tls-cert and --tls-key go together: give both or neither.');
  }
  if (config.advertise !== undefined && config.database === undefined) {
    throw new TypeError('--advertise is for several servers on one PostgreSQL: give --database too.');
  }
  if (config.advertise !== undefined && config.managePublicUrl.length === 0) {
    throw new TypeError(
      '--advertise needs --manage-public-url, the same on every server: it is the issuer of tokens.',
    );
  }
  const { appsDomain } = config;
  const inside = config.managePublicUrl.find(
    (url) => appsDomain && isWithin(new URL(url).hostname, appsDomain),
  );
  if (inside !== undefined) {
    throw new TypeError(
      `--manage-public-url ${inside} lies within --apps-domain ${appsDomain}, where applications' pages can set its cookies. Choose a name elsewhere.`,
    );
  }
  return config;
}

/** Pages below localhost cannot set cookies of localhost itself. */
const isWithin = (host: string, domain: string): boolean =>
  host.endsWith(`.${domain}`) || (host === domain && domain !== 'localhost');
