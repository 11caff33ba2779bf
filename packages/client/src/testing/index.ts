export * from './resources.ts';
export * from './server.ts';
