/** What browsers get: live connections go over the browser's own WebSocket. */
export * from './everywhere.ts';
export * from './live/browser.ts';
