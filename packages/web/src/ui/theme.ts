// Light or dark: the system's choice, until the reader chooses for this tab.

import { mediaMatches } from '../browser/browser.ts';
import { tabStorage } from '../browser/tab-storage.ts';

type Theme = 'light' | 'dark';

const STORED = 'mayfly:theme';
const SKY_TOP = { light: '#ccd9f1', dark: '#0b0d20' } as const;

/** Restores this tab's choice after a reload. */
export function restoreTheme(): void {
  const stored = tabStorage.getItem(STORED);
  if (stored === 'light' || stored === 'dark') show(stored);
}

/** Every press changes the look. Back at the system's choice, the page follows the system again. */
export function toggleTheme(): void {
  const system: Theme = mediaMatches('(prefers-color-scheme: dark)') ? 'dark' : 'light';
  const shown = document.documentElement.dataset['theme'] ?? system;
  const wanted: Theme = shown === 'dark' ? 'light' : 'dark';
  if (wanted === system) tabStorage.removeItem(STORED);
  else tabStorage.setItem(STORED, wanted);
  show(wanted === system ? undefined : wanted);
}

function show(theme: Theme | undefined): void {
  if (theme === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = SKY_TOP[theme ?? (meta.media.includes('dark') ? 'dark' : 'light')];
  }
}
