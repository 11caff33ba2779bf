/** What Node gets: live connections whose handshakes carry headers. */
export * from './everywhere.ts';
export * from './live/connect.ts';
export * from './live/keep-connected.ts';
export * from './login.ts';
