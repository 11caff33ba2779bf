/** An application in a container: listens on 0.0.0.0:8080, says when it is ready, writes only to /tmp. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const visits = '/tmp/visits.log';

const server = createServer((request, response) => {
  if (request.url === '/ready' || request.url === '/health') {
    response.end('ok');
    return;
  }
  appendFileSync(visits, `${request.url}\n`);
  console.log(`${request.method} ${request.url}`);
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      from: hostname(),
      greeting: process.env['GREETING'] ?? 'hello',
      caller: request.headers['mooring-subject'],
    }),
  );
});

server.listen(8080, '0.0.0.0', () => console.log('listening on 8080'));

// Requests that are under way are answered before it ends.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
