/**
 * Collector: how V8 is to clear up after threads that serve connections. What a request or a handshake makes is dead
 * within milliseconds, and costs next to nothing as long as it dies in the young generation.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * Megabytes for objects that have just been made; V8 makes three parts of it. It would let it grow to 64 MB in a burst
 * of handshakes and keep it; a third of that costs no more time, and with thousands of idle connections it is half of
 * what they take.
 */
export const youngGeneration = 24;

/**
 * For all threads of the process: new objects always begin young. V8 would make those of which many outlived a
 * collection or two old at once; requests do while they wait for a replica, and each old one that is dead keeps all
 * that it refers to from being cleared until the old generation is collected.
 *
 * To be called when the threads have loaded what they run: with another flag than it was built with, Node compiles its
 * own modules anew.
 */
export function beginYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
