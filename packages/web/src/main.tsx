// The entry point of the page.

import { render } from 'preact';
import { App } from './app.tsx';
import { startNavigation } from './navigation.ts';
import { followLook } from './ui/theme.ts';

followLook();
startNavigation();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
document.getElementById('late')?.remove();
