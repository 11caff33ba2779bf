/** An application that can do little at a time: every answer takes a second, and says which process gave it. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const server = createServer((request, response) => {
  const isProbe = request.url === '/ready' || request.url === '/health';
  void pause(isProbe ? 0 : 1000).then(() => response.end(`${process.pid}\n`));
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
