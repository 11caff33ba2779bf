/** Everything that is promised of the relay, where sockets are read and written in the public way only. */
import { readData } from './read-client.ts';
import { ways } from './relay.fixture.ts';
import { openPublic } from './sink.ts';

ways.read = readData;
ways.open = openPublic;
await import('./relay.test.ts');
