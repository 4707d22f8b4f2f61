// The files of the built page, in memory: read at startup, and again when they change on disk. Requests open no file otherwise, so
// serving works without free file descriptors, and while a build replaces the page.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

type CachedFile = { readonly bytes: Buffer; readonly version: string };

export class PageFiles {
  readonly #directory: string;
  readonly #cache = new Map<string, CachedFile>();

  constructor(directory: string) {
    this.#directory = directory;
    for (const name of filesIn(directory)) this.read(name);
    for (const name of filesIn(join(directory, 'assets'))) this.read(`assets/${name}`);
  }

  /** Names of the files at the top level. */
  get names(): readonly string[] {
    return [...this.#cache.keys()].filter((name) => !name.includes('/'));
  }

  /** `name` is relative to the directory. If a file can't be read now, returns its last content. */
  read(name: string): Buffer | undefined {
    const path = join(this.#directory, name);
    const cached = this.#cache.get(name);
    try {
      const version = versionOf(path);
      if (version === undefined || version === cached?.version) return cached?.bytes;
      const bytes = readFileSync(path);
      this.#cache.set(name, { bytes, version });
      return bytes;
    } catch {
      return cached?.bytes;
    }
  }
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

// Needs no file descriptor.
function versionOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : undefined;
}
