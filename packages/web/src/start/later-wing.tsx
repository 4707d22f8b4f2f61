// The big wing, once its file is there: no screen waits for a picture that says nothing.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { withStyle } from '../browser/later-style.ts';
import style from './wing-part.css?url';

const wing = signal<typeof import('./wing.tsx') | undefined>(undefined);

/** Without the file, there is no wing. */
async function load(): Promise<void> {
  try {
    wing.value = await withStyle(import('./wing.tsx'), style);
  } catch {
    wing.value = undefined;
  }
}

export function LaterWing({ kind }: { readonly kind: 'hero' | 'solo' }) {
  useEffect(() => background(load()), []);
  const part = wing.value;
  return part === undefined ? null : <part.Wing kind={kind} />;
}
