/** Holds a process group until it is killed, or, with `end`, lets go of one that never was. Argument: the group. */
import { openLog } from '../../observe/log.ts';
import { Guard } from './guard.ts';

const [, , group = ''] = process.argv;
const guard = new Guard(openLog('silent'));
if (group === 'end') {
  process.channel?.unref();
  // No system has a process group of this number.
  guard.hold(2 ** 31 - 1);
  guard.release(2 ** 31 - 1);
  await guard[Symbol.asyncDispose]();
} else {
  guard.hold(Number(group));
  setInterval(() => {}, 60_000);
  // The shell has the line by the time that it has been written to the pipe.
  setImmediate(() => process.send?.('held'));
}
