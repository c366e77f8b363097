import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './refusal.js';

/** The files of the repository with changes that are not written yet: what is refused half way leaves no trace. */
export interface Files {
  readonly root: string;
  exists(path: string): boolean;
  /** The names in a folder, sorted. */
  list(folder: string): readonly string[];
  read(path: string): string;
  /** Refuses to overwrite. */
  create(path: string, text: string): void;
  edit(path: string, change: (text: string) => string): void;
  /** Writes everything; the paths that were changed, sorted. */
  save(): readonly string[];
}

/** The files below `root`, by paths relative to it. */
export function openFiles(root: string): Files {
  const changed = new Map<string, string>();
  const exists = (path: string): boolean => changed.has(path) || existsSync(join(root, path));
  const read = (path: string): string => changed.get(path) ?? readFileSync(join(root, path), 'utf8');
  return {
    root,
    exists,
    read,
    list: (folder) => readdirSync(join(root, folder)).toSorted(),
    create(path, text) {
      if (exists(path)) throw new Refusal(`${path} exists already. Choose another name, or remove it first.`);
      changed.set(path, text);
    },
    edit(path, change) {
      changed.set(path, change(read(path)));
    },
    save() {
      for (const [path, text] of changed) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return [...changed.keys()].toSorted();
    },
  };
}
