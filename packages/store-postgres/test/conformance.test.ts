import { storeConformance } from '@flovyn/conformance';
import { testDatabase } from './stores.js';

storeConformance('PostgreSQL', testDatabase);
