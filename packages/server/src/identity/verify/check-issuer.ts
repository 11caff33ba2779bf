/** Asks an issuer for its keys once, so that whoever names it in an application learns at once whether it answers. */
import { discover, issuerName } from './discover.ts';
import type { OwnIssuer } from './verifier.ts';

export interface CheckIssuerOptions {
  readonly own: Pick<OwnIssuer, 'issuers'>;
  /** True: issuers may have private addresses and be reached by plain http. */
  readonly allowPrivateIssuers: boolean;
  /** Milliseconds in which all its documents must have arrived. Default 5,000. */
  readonly timeout?: number;
}

export type CheckIssuer = (domainUrl: string, options: { signal: AbortSignal }) => Promise<void>;

/** The check throws an Error that says why the issuer's keys cannot be had. Our own domain needs no asking. */
export function createIssuerCheck({
  own,
  allowPrivateIssuers,
  timeout = 5000,
}: CheckIssuerOptions): CheckIssuer {
  return async (domainUrl, { signal }) => {
    if (own.issuers().some((name) => issuerName(name) === issuerName(domainUrl))) return;
    await discover(domainUrl, {
      allowPrivate: allowPrivateIssuers,
      maxBytes: 1_048_576,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
  };
}
