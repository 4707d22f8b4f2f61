// *Report this room* in the room's menu: only where whoever runs the server says how to reach them.

import { signal } from '@preact/signals';
import { background } from '../background.ts';
import { askLimits } from '../browser/limits-answer.ts';
import { reportTexts } from '../words/report.ts';
import type { MenuItem } from './more-menu.tsx';

/** Undefined before the answer, too. */
export const abuseContact = signal<string | undefined>(undefined);
let isAsked = false;

async function ask(): Promise<void> {
  const limits = await askLimits();
  isAsked = limits !== undefined;
  abuseContact.value = limits?.abuseContact;
}

/** None, or the one. The server is asked the first time. */
export function reportItems(onChoose: () => void): readonly MenuItem[] {
  if (!isAsked) {
    isAsked = true;
    background(ask());
  }
  return abuseContact.value === undefined ? [] : [{ icon: 'alert', text: reportTexts.heading, onChoose }];
}
