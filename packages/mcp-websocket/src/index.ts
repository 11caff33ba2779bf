/** WebSocket transport for the MCP TypeScript SDK: the server's end and the client's. */
export {
  WebSocketClientTransport,
  type TokenProvider,
  type WebSocketClientTransportOptions,
} from './client-transport.ts';
export { type Closing } from './closing.ts';
export { HandshakeError, type TlsOptions } from './dial.ts';
export {
  defaultConnectionLimits,
  defaultServeLimits,
  type ConnectionLimits,
  type ServeLimits,
} from './limits.ts';
export { allowKnownOrigin, type AllowOrigin } from './origin.ts';
export { type Backoff } from './reconnect-policy.ts';
export {
  ReconnectingTransport,
  type ClosingTransport,
  type ConnectionState,
  type ReconnectingTransportOptions,
} from './reconnecting-transport.ts';
export { serveWebSocket, type DrainOptions, type ServeOptions, type WebSocketServing } from './serve.ts';
export { WebSocketServerTransport, type WebSocketServerTransportOptions } from './server-transport.ts';
export { type ConnectionContext, type ServerFactory } from './session.ts';
