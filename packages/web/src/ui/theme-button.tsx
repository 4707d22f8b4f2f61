// The theme button in the header of every start screen.

import { texts } from '../words/start.ts';
import { toggleTheme } from './theme.ts';
import { Icon } from './icon.tsx';

export function ThemeButton() {
  return (
    <button class="icon-button" type="button" aria-label={texts.theme} onClick={toggleTheme}>
      <Icon name="theme" />
    </button>
  );
}
