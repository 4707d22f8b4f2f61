// Remembers what was installed and built from which files, to do nothing twice.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

// Inside node_modules: deleting that starts afresh.
const STAMPS = join(root, 'node_modules', '.mayfly');

/**
 * One hash over names and contents. File times mean nothing in a fresh clone.
 * @param {readonly string[]} paths
 */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesBelow))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!statSync(join(root, path)).isDirectory()) return isSource(path) ? [path] : [];
  const names = readdirSync(join(root, path)).filter((name) => name !== 'dist' && name !== 'node_modules');
  return names.toSorted().flatMap((name) => filesBelow(`${path}/${name}`));
}

/** @param {string} path */
function isSource(path) {
  return !/\.test\.tsx?$|\.tsbuildinfo$/.test(path);
}

/** @param {string} name */
export function readStamp(name) {
  const file = join(STAMPS, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * @param {string} name
 * @param {string} text
 */
export function writeStamp(name, text) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), text);
}
