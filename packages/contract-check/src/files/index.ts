export { hashGolden } from './golden.js';
export { type Version, VersionError, readVersion, readVersions } from './read.js';
