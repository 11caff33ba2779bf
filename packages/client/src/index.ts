export * from './browser.ts';
export * from './connect.ts';
