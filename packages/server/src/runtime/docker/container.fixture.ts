/** What tests of whole servers need of a container engine. */
export { engineForTests } from './engine.fixture.ts';
export { buildFolder, nodeImage } from './images.fixture.ts';
export { labels } from './labels.ts';
export { openDoor } from './proxy.fixture.ts';
export type { Engine } from './engine.ts';
