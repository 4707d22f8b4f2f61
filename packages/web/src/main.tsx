// The page begins here.

import { render } from 'preact';
import { App, startApp } from './app.tsx';
import { restoreTheme } from './theme.ts';

restoreTheme();
startApp();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
document.getElementById('late')?.remove();
