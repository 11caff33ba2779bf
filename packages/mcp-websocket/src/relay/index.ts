/** Between two transports: what `mooring mcp bridge` and the stdio host are made of. */
export { bridgeHttp, bridgeStreams, type BridgeOptions, type HttpBridge } from './bridge.ts';
export { join, type JoinOptions } from './join.ts';
export { Pool, type Line, type PoolOptions } from './pool.ts';
export { streamable, type Streamable, type StreamableOptions } from './streamable.ts';
