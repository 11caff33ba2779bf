/** What tests of whole servers need of a container engine. */
export { engineForTests, openEngineAt } from './engine.fixture.ts';
export { buildFolder, buildImage, nodeImage } from './images.fixture.ts';
export { labels } from './labels.ts';
export { openDoor } from './proxy.fixture.ts';
export type { Engine } from './engine.ts';
