/** What is woken: a program that answers as soon as it listens. In a container it listens everywhere. */
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
