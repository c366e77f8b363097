/** A configuration the server does not start with. Its message is for the person who wrote it: which key, and the cure. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
