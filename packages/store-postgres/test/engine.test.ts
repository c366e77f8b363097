import { engineConformance } from '@flovyn/conformance';
import { testDatabase } from './stores.js';

engineConformance('PostgreSQL', testDatabase);
