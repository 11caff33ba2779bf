/** A runtime that asks before each start whether it still may. */
import type { Runtime } from '../runtime/runtime.ts';

/** @param ask Throws when nothing may be started any more. */
export function guarded(runtime: Runtime, ask: () => Promise<void>): Runtime {
  return {
    kind: runtime.kind,
    accepts: (artifact) => runtime.accepts(artifact),
    ...(runtime.prepare && { prepare: (...call) => Promise.resolve(runtime.prepare?.(...call)) }),
    ...(runtime.adopt && {
      adopt: async (spec) => {
        await ask();
        return await runtime.adopt?.(spec);
      },
    }),
    ...(runtime.left && { left: async (applicationId) => (await runtime.left?.(applicationId)) ?? 0 }),
    start: async (spec, options) => {
      await ask();
      return await runtime.start(spec, options);
    },
    collect: () => runtime.collect(),
    forget: (applicationId) => runtime.forget(applicationId),
    logs: (applicationId, options) => runtime.logs(applicationId, options),
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}
