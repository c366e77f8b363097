export { type TestDatabase, engineConformance } from './engine.js';
export { type ModelBounds, modelConformance } from './model.js';
export { storeConformance } from './store.js';
