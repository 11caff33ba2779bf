/** Under which names this server is known: its listeners, its issuer, the URLs of its applications. */
import { invokePath, livePath, paths, type ServeConfig } from '@mooring/contract';
import { createNames, type Names, type NamesOptions } from './gateway/names.ts';
import type { ProtectedResource } from './identity/provider/resources.ts';
import type { ServerUrls } from './listeners.ts';
import type { ApplicationRecord } from './store/index.ts';

export interface ServerNames {
  /** Of the applications listener, as every worker makes them. */
  readonly applicationsOptions: NamesOptions;
  readonly applications: Names;
  readonly management: Names;
  /** Of the embedded identity domain. */
  readonly issuer: string;
  /**
   * How whoever manages reaches the management listener: by its public name, else from this machine; plainly when
   * the operator's own certificate does not name localhost.
   */
  readonly managementUrl: string;
  /** Base URLs of the applications listener, as clients are told. */
  readonly applicationUrls: {
    readonly applications: string;
    readonly applicationsPlain: string;
    /** Below it each application has a host name of its own. */
    readonly appsDomain?: string;
  };
}

export function describeNames(config: ServeConfig, urls: ServerUrls): ServerNames {
  const { trustedProxies } = config;
  const management = config.managePublicUrl[0] ?? urls.management;
  const applicationsOptions = {
    publicUrls: config.publicUrl,
    localUrls: [urls.applications, urls.applicationsPlain],
    trustedProxies,
    appsDomain: config.appsDomain,
  };
  return {
    applicationsOptions,
    applications: createNames(applicationsOptions),
    management: createNames({
      publicUrls: config.managePublicUrl,
      localUrls: [urls.management, urls.managementPlain],
      trustedProxies,
    }),
    managementUrl: withoutSlash(
      config.managePublicUrl[0] ?? (config.tlsCert === undefined ? urls.management : urls.managementPlain),
    ),
    issuer: `${withoutSlash(management)}${paths.identity}`,
    applicationUrls: {
      applications: withoutSlash(config.publicUrl[0] ?? urls.applications),
      applicationsPlain: urls.applicationsPlain,
      ...(config.appsDomain !== undefined && { appsDomain: config.appsDomain }),
    },
  };
}

/** The application as the embedded identity domain protects it; undefined when it does not, or it is gone. */
export function protectedResource(
  application: ApplicationRecord | undefined,
  names: ServerNames,
): ProtectedResource | undefined {
  if (application === undefined || application.lifecycleState === 'DELETED') return undefined;
  // The store keeps the joined scope only for applications of the embedded domain.
  const { inboundAuthConfig: auth, joinedScope } = application;
  if (joinedScope === undefined || auth?.inboundAuthConfigType !== 'IDCS_AUTH_CONFIG') return undefined;
  const { audience = '', scope } = auth.idcsConfig;
  const bases = [invokePath(application.id), livePath(application.id)];
  const shared = [...names.applications.origins].flatMap((origin) => bases.map((base) => origin + base));
  return { audience, scope, urls: [...shared, ...names.applications.originsOf(application.id)] };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
