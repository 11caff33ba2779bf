/** What the service offers and this server does not: refused, because ignoring it would promise too much. */
import { Problem } from '@mooring/contract';
import type { CreateArtifactDetails, NetworkingConfig } from '@mooring/contract';

interface ApplicationDetails {
  readonly networkingConfig?: NetworkingConfig | undefined;
}

/** Throws InvalidParameter with everything that this server cannot do. */
export function refuseUnsupported(details: ApplicationDetails): void {
  const { networkingConfig } = details;
  const refused: string[] = [];
  if (networkingConfig && networkingConfig.inboundNetworkingConfig.endpointMode !== 'PUBLIC')
    refused.push(
      'networkingConfig.inboundNetworkingConfig.endpointMode must be PUBLIC: who reaches this server is decided by the addresses on which it listens',
    );
  if (networkingConfig && networkingConfig.outboundNetworkingConfig.networkMode !== 'MANAGED')
    refused.push(
      'networkingConfig.outboundNetworkingConfig.networkMode must be MANAGED: replicas use the network of their machine',
    );
  if (refused.length > 0) throw new Problem('InvalidParameter', `${refused.join('; ')}.`);
}

/** Throws InvalidParameter for an artifact that wants what this server cannot do. */
export function refuseUnsupportedArtifact({
  isVulnerabilityScanRequired = false,
}: CreateArtifactDetails): void {
  if (!isVulnerabilityScanRequired) return;
  throw new Problem(
    'InvalidParameter',
    'isVulnerabilityScanRequired must be false: this server has no scanner. Scan the image before you deploy it.',
  );
}
