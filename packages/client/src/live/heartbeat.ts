/** Heartbeat: notices a peer that is gone without a word. Whatever it sends is life; a silent one is pinged. */
import type { WebSocket } from 'ws';

/** Pings in a row that may stay unanswered. */
const misses = 2;

/** Ends the connection (1006) when the peer misses two pings. @param interval milliseconds between two looks; 0: never */
export function keepWatch(socket: WebSocket, interval: number): void {
  if (interval === 0) return;
  let unanswered = 0;
  const alive = (): void => void (unanswered = 0);
  for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, alive);
  const timer = setInterval(() => {
    // What nobody reads here cannot be heard.
    if (socket.isPaused) alive();
    else if (unanswered >= misses) socket.terminate();
    else {
      unanswered += 1;
      socket.ping();
    }
  }, interval);
  socket.once('close', () => clearInterval(timer));
}
