/** What `apps create` and `apps update` can say about an application, as options and as the API's bodies. */
import type { IdcsAuthConfig, InboundAuthConfig, ScalingConfig } from '@mooring/contract';
import { Refusal } from '../../refusal.ts';

export interface AuthOptions {
  readonly domainUrl?: string | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  /** False by `--no-auth`. */
  readonly auth: boolean;
}

/** True when an option says who may call. */
export const saysAuth = ({ domainUrl, audience, scope, auth }: AuthOptions): boolean =>
  !auth || domainUrl !== undefined || audience !== undefined || scope !== undefined;

/**
 * Who may call, as the options say; undefined when they say nothing.
 * @param present What holds where the options leave something out. It does not outlive a change of the issuer.
 */
export function authOf(options: AuthOptions, present?: IdcsAuthConfig): InboundAuthConfig | undefined {
  const { domainUrl, audience, scope } = options;
  const isNamed = domainUrl !== undefined || audience !== undefined || scope !== undefined;
  if (!options.auth && isNamed)
    throw new Refusal('--no-auth goes with none of --domain-url, --audience, --scope.', { exit: 'usage' });
  if (!options.auth) return { inboundAuthConfigType: 'NO_AUTH_CONFIG' };
  if (!isNamed) return undefined;
  const kept = domainUrl === undefined ? present : undefined;
  const issuer = domainUrl ?? kept?.domainUrl;
  const neededScope = scope ?? kept?.scope;
  if (issuer === undefined || neededScope === undefined)
    throw new Refusal('An issuer needs both --domain-url and --scope.', { exit: 'usage' });
  const needed = audience ?? kept?.audience;
  const idcsConfig = {
    domainUrl: issuer,
    scope: neededScope,
    ...(needed !== undefined && { audience: needed }),
  };
  return { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig };
}

export interface ScalingOptions {
  readonly minReplica?: number | undefined;
  readonly maxReplica?: number | undefined;
}

/** How many replicas, put over what there was; undefined when the options say nothing. */
export function scalingOf(
  options: ScalingOptions,
  old: ScalingConfig = { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 50 },
): ScalingConfig | undefined {
  const { minReplica, maxReplica } = options;
  if (minReplica === undefined && maxReplica === undefined) return undefined;
  return {
    ...old,
    ...(minReplica !== undefined && { minReplica }),
    ...(maxReplica !== undefined && { maxReplica }),
  };
}
