/** Everything that is promised of the relay, where sockets are read in the public way only. */
import { readData } from './read-client.ts';
import { ways } from './relay.fixture.ts';

ways.read = readData;
await import('./relay.test.ts');
