import { engineConformance } from '@flovyn/conformance';
import { testStores } from './stores.js';

engineConformance('PostgreSQL', testStores);
