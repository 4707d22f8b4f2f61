// Light or dark: the system's choice until the reader presses the button, then theirs for this tab.

type Theme = 'light' | 'dark';

const STORED = 'mayfly:theme';
const SKY_TOP = { light: '#ccd9f1', dark: '#0b0d20' } as const;

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

/** Puts back what this tab chose before a reload. */
export function restoreTheme(): void {
  const stored = sessionStorage.getItem(STORED);
  if (stored === 'light' || stored === 'dark') show(stored);
}

/** Every press changes what is seen; going back to what the system wants follows the system again. */
export function toggleTheme(): void {
  const system: Theme = systemDark.matches ? 'dark' : 'light';
  const shown = document.documentElement.dataset['theme'] ?? system;
  const wanted: Theme = shown === 'dark' ? 'light' : 'dark';
  if (wanted === system) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, wanted);
  show(wanted === system ? undefined : wanted);
}

function show(theme: Theme | undefined): void {
  if (theme === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = SKY_TOP[theme ?? (meta.media.includes('dark') ? 'dark' : 'light')];
  }
}
