export { hashGolden } from './golden.js';
export { readVersion, readVersions } from './read.js';
export { type Version, VersionError } from './version.js';
