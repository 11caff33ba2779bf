/** The gateway for whoever wants it alone, without control plane, store or runtimes. */
export { Directory } from '../directory/directory.ts';
export { createAsserter } from '../identity/assertion.ts';
export { createVerifier } from '../identity/verify/verifier.ts';
export { systemClock, systemRandom } from '../kit/clock.ts';
export { openLog } from '../observe/log.ts';
export { Arrivals } from '../observe/arrivals.ts';
export { watchWith } from '../observe/watch.ts';
export { Gateway } from './gateway.ts';
export type { GatewayOptions } from './gateway-options.ts';
export { listenForApplications, type ApplicationHandlers } from './listener.ts';
export { createNames } from './names.ts';
export { beginYoung, youngGeneration } from './collector.ts';
