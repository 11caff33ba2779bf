/** Holds a process group until it is killed. Argument: the group. */
import { openLog } from '../../observe/log.ts';
import { Guard } from './guard.ts';

new Guard(openLog('silent')).hold(Number(process.argv[2]));
setInterval(() => {}, 60_000);
// The shell has the line by the time that it has been written to the pipe.
setImmediate(() => process.send?.('held'));
