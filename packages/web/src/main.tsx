// The entry point of the page.

import { render } from 'preact';
import { App } from './app.tsx';
import { startNavigation } from './navigation.ts';
import { restoreTheme } from './ui/theme.ts';

restoreTheme();
startNavigation();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
document.getElementById('late')?.remove();
