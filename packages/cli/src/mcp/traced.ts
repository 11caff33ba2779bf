/** A transport that tells every message that goes over another one. */
// A transport is no EventTarget: its listeners are properties.
// oxlint-disable unicorn/prefer-add-event-listener
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

export type Direction = 'sent' | 'received';

export function traced(
  transport: Transport,
  tell: (direction: Direction, message: JSONRPCMessage) => void,
): Transport {
  const outer: Transport = {
    start: () => transport.start(),
    close: () => transport.close(),
    async send(message, options) {
      tell('sent', message);
      await transport.send(message, options);
    },
  };
  transport.onmessage = (message, extra) => {
    tell('received', message);
    outer.onmessage?.(message, extra);
  };
  transport.onerror = (error) => outer.onerror?.(error);
  transport.onclose = () => outer.onclose?.();
  return outer;
}
