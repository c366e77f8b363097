/**
 * Whether a Node version is below the lowest one a `>=` range allows.
 *
 * @param {string} version - as in `process.versions.node`
 * @param {string} range - `>=major.minor`, as in the `engines` of package.json
 */
export function olderThan(version, range) {
  const [major = 0, minor = 0] = numbers(version);
  const [lowestMajor = 0, lowestMinor = 0] = numbers(range);
  return major < lowestMajor || (major === lowestMajor && minor < lowestMinor);
}

/** @param {string} text */
function numbers(text) {
  return (text.match(/\d+/g) ?? []).map(Number);
}
