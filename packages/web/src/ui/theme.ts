// Light or dark, and the size of messages: the system's, until the reader chooses.

import { effect } from '@preact/signals';
import { mediaMatches } from '../browser/browser.ts';
import { type Settings, change, settings } from './settings.ts';

type Theme = Exclude<Settings['theme'], 'auto'>;

const SKY_TOP = { light: '#ccd9f1', dark: '#0b0d20' } as const;
const TEXT_SCALE = { small: 0.875, normal: 1, large: 1.2, largest: 1.5 } as const;

/** The page looks as the settings say. */
export function followLook(): void {
  effect(() => {
    const { theme, textSize } = settings.value;
    show(theme === 'auto' ? undefined : theme);
    document.documentElement.style.setProperty('--text-scale', `${TEXT_SCALE[textSize]}`);
  });
}

/** Every press changes the look. Back at the system's choice, the page follows the system again. */
export function toggleTheme(): void {
  const system: Theme = mediaMatches('(prefers-color-scheme: dark)') ? 'dark' : 'light';
  const { theme } = settings.peek();
  const wanted: Theme = (theme === 'auto' ? system : theme) === 'dark' ? 'light' : 'dark';
  change({ theme: wanted === system ? 'auto' : wanted });
}

function show(theme: Theme | undefined): void {
  if (theme === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = SKY_TOP[theme ?? (meta.media.includes('dark') ? 'dark' : 'light')];
  }
}
