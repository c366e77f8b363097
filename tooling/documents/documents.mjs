import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every document of the repository that readers are sent to, by its path in it.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function documents(root) {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  const readmes = ['packages', 'examples', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => [`${folder}/${name}/README.md`, `${folder}/${name}/SPEC.md`]),
  );
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs, ...readmes]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && existsSync(join(root, path)));
}
