/** What runs in browsers too: all but live connections, which a browser has a WebSocket of its own for. */
export type { Accepted, CallOptions } from './api.ts';
export * from './api-keys.ts';
export * from './applications.ts';
export * from './audit.ts';
export * from './clients.ts';
export * from './compartments.ts';
export * from './deployments.ts';
export * from './endpoint-url.ts';
export * from './failure.ts';
export * from './fetch.ts';
export * from './logs.ts';
export * from './management.ts';
export * from './secrets.ts';
export * from './settings.ts';
export * from './status.ts';
export * from './token-source.ts';
export * from './tokens.ts';
export * from './work-requests.ts';
