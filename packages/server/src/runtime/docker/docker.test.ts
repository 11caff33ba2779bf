import { engineForTests } from './engine.fixture.ts';
import { runtimeSuite } from '../suite.ts';
import { buildBehaviours, openSandbox } from './sandbox.fixture.ts';

const { engine, missing } = await engineForTests();
const artifacts = engine ? await buildBehaviours(engine) : new Map();

function open(
  ...options: Parameters<typeof openSandbox> extends [unknown, unknown, ...infer Rest] ? Rest : never
) {
  if (!engine) throw new TypeError('there is no engine');
  return openSandbox(engine, artifacts, ...options);
}

runtimeSuite('docker', () => open(), { skip: missing });
