/** The echo server as an application that Mooring hosts. */
import { createEcho } from '../relay/echo-server.ts';

createEcho().listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
