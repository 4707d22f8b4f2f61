// The link that someone pressed and that the page asks about before it opens it.

import { signal } from '@preact/signals';
import type { LinkDoubt } from '../text/link-doubt.ts';
import type { Link } from '../text/linkify.ts';

export const askedLink = signal<{ readonly link: Link; readonly doubt: LinkDoubt } | undefined>(undefined);
