/** The replica of the bench, in a process of its own. */
import { serve } from '../subject.ts';
import { createEcho } from './echo-server.ts';
import { listenOn } from './listen.ts';

serve({ port: await listenOn(createEcho()) });
